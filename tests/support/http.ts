/** Calls by HTTP, as a browser in a session or a program with a token makes them. */
import { request } from 'node:http';
import type { AdminIdentity } from '../../client/credential.ts';
import { newBoxKey, sealText, sharedKey } from '../../crypto/box.ts';
import { toBase64 } from '../../crypto/bytes.ts';
import { newSalt, valueDigest } from '../../crypto/hash.ts';
import { randomId } from '../../crypto/random.ts';
import { refuse } from '../../events/refusal.ts';
import type { SignedCall } from '../../protocol/http/signed-call.ts';
import type { SealedRequest, ServiceKeys, WireRefusal } from '../../protocol/wire.ts';
import { NOBODY, type Auth, type Principal } from '../../services/http/principal.ts';
import { asDescribed } from './openapi.ts';
import { statementOf } from './wire.ts';

export type HttpAnswer = { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: unknown; readonly error: WireRefusal | undefined };

/** An answer, its body read whatever it is. */
export const answerOf = async (response: Response): Promise<HttpAnswer> => {
  const text = await response.text();
  const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json') === true;
  const json: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json, error: (json as { readonly error?: WireRefusal } | undefined)?.error };
};

export type CallHeaders = Readonly<Record<string, string>>;

/** For an answer to come to its end. */
const LIMIT_MS = 60_000;

/** Calls of a listener, with JSON where there is a body. Every answer is one that the description of the API tells of; of one that goes on only its head is waited for. */
export const callsTo =
  (url: string) =>
  async (method: string, path: string, body?: unknown, headers: CallHeaders = {}): Promise<HttpAnswer> => {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const stop = new AbortController();
    // Node 20 loses a limit that is only a part of `AbortSignal.any`.
    setTimeout(() => stop.abort(), LIMIT_MS).unref();
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual', signal: stop.signal, headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, ...content });
    const goesOn = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const answer = goesOn ? { status: response.status, headers: response.headers, text: '', json: undefined, error: undefined } : await answerOf(response);
    // It goes on for as long as somebody listens.
    if (goesOn) stop.abort();
    return asDescribed(method, path, answer);
  };

/** The session that was opened, as its cookie. */
export const cookieOf = ({ headers }: HttpAnswer): string => /^jetlock_session=[^;]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? '';

/** Whoever the header `Test-Caller` names, among those who were let in. */
export const testAuth = () => {
  const known = new Map<string, Principal>();
  const auth: Auth = {
    authenticate: ({ headers }) => known.get(String(headers['test-caller'])) ?? NOBODY,
    isStillIn: ({ headers }) => known.has(String(headers['test-caller'])),
    forged: ({ headers }, { csrf }) => (headers['jetlock-csrf'] === csrf ? undefined : refuse('csrf')),
  };
  return { auth, known };
};

/** A signed call; parts of the statement and of the call can be made wrong. */
export const signedCall = (identity: AdminIdentity, command: unknown, parts: Readonly<Record<string, unknown>> = {}): SignedCall => {
  const { body, credential } = statementOf(identity, command, parts);
  return { statement: body, key: credential.key, signature: credential.signature };
};

/** Anything as text, in a box for the service. */
export const sealedTo = ({ kid, key }: ServiceKeys, text: string): SealedRequest => {
  const mine = newBoxKey();
  const shared = sharedKey(key, mine.secretKey);
  if (shared === undefined) throw new Error('no session');
  return { v: 1, kid, from: mine.publicKey, ...sealText(shared, text) };
};

/** A write whose value is sealed, as the console makes one. */
export const sealedWrite = (identity: AdminIdentity, keys: ServiceKeys, path: string, value: Uint8Array, rest: Readonly<Record<string, unknown>> = {}): SignedCall => {
  const salt = newSalt();
  const id = randomId();
  const command = { operation: 'secret.write', path, digest: valueDigest(salt, value), description: null, ifVersion: null, ...rest };
  const content = { v: 1, type: 'value', statement: id, value: toBase64(value), salt: toBase64(salt) };
  return { ...signedCall(identity, command, { id }), sealed: sealedTo(keys, JSON.stringify(content)) };
};

/** What comes back for a call under a name, in which PORT stands for the port; `fetch` sends none but the true one. */
export const statusUnder = (url: string, host: string, headers: Readonly<Record<string, string>> = {}, path = '/namespaces') =>
  new Promise<number | undefined>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method: path === '/healthz' ? 'GET' : 'POST', path, headers: { host: host.replace('PORT', port), 'content-type': 'application/json', ...headers } });
    sent.on('error', reject).on('response', (answer) => void answer.resume().on('end', () => resolve(answer.statusCode)));
    sent.end(path === '/healthz' ? undefined : '{}');
  });
