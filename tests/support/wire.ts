/** Requests made by hand: any part of one can be made wrong, and what comes back is seen as it is on the wire. */
import type { Msg, NatsConnection } from 'nats';
import { credentialOf, type AdminIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { seal, type Shared } from '../../client/envelope.ts';
import { newBoxKey, openWith, sealWith, sharedKey } from '../../crypto/box.ts';
import { fromBase64, fromUtf8, toBase64, utf8 } from '../../crypto/bytes.ts';
import { nonce24, randomId } from '../../crypto/random.ts';
import { sign, statementBytes } from '../../crypto/sign.ts';
import { ClientInfo, Instant, sure } from '../../events/vocabulary.ts';
import { barePath } from '../../protocol/operations.ts';
import { Reply, SealedReply, ServiceKeys, UnsealedReply, type Credential, type Enclosed, type Request, type WireRefusal } from '../../protocol/wire.ts';
import { subjects, type Connections } from './clients.ts';
import { eventually } from './poll.ts';

/** `text` is the reply as it can be read; `bytes` as it came. */
export type Answer = { readonly bytes: Uint8Array; readonly sealed: boolean; readonly text: string; readonly result: unknown; readonly refusal: WireRefusal | null };

const client = sure(ClientInfo, { name: 'by-hand', version: '1.0.0' });

export type Wire = Awaited<ReturnType<typeof openWire>>;
export type Parts = Partial<Record<keyof Request, unknown>>;

const parsed = (bytes: Uint8Array): unknown => JSON.parse(fromUtf8(bytes));

const readReply = (bytes: Uint8Array, key: Shared['key'] | undefined): Answer => {
  const outer = parsed(bytes);
  if (UnsealedReply.is(outer)) return { bytes, sealed: false, text: fromUtf8(bytes), result: null, refusal: outer.refusal };
  const { nonce, box } = sure(SealedReply, outer);
  const plain = key === undefined ? undefined : openWith(key, fromBase64(nonce), fromBase64(box));
  if (plain === undefined) throw new Error('a sealed reply that this session cannot open');
  const { result, refusal } = sure(Reply, parsed(plain));
  return { bytes, sealed: true, text: fromUtf8(plain), result, refusal };
};

/** The credential of an admin over a statement, each part of which can be given. */
export const statementOf = (identity: AdminIdentity, command: unknown, parts: Readonly<Record<string, unknown>> = {}) => {
  const { admin, keyring, publicKey, secretKey } = identity;
  const body = JSON.stringify({ v: 1, keyring, id: randomId(), at: Date.now(), admin, command, ...parts });
  const credential: Credential = { kind: 'admin', key: publicKey, signature: sign(statementBytes(body), secretKey) };
  return { body, credential };
};
export type Signed = ReturnType<typeof statementOf>;

/** A key of a session with the service's box key of now, as any client makes one. */
const newShared = ({ kid, key }: ServiceKeys): Shared => {
  const mine = newBoxKey();
  const agreed = sharedKey(key, mine.secretKey);
  if (agreed === undefined) throw new Error('no session');
  return { kid, from: mine.publicKey, key: agreed };
};

const requestOf = (subject: string, parts: Parts): Request =>
  ({ v: 1, type: 'req', subject, service: null, id: randomId(), time: sure(Instant, Date.now()), client, credential: { kind: 'token', token: 'none' }, body: '', enclosed: null, ...parts }) as Request;

/** What a service sends, with its credential over it; what is given in `parts` replaces what is right. */
const serviceRequest = ({ kid, from }: Shared, identity: ServiceIdentity, subject: string, body: unknown, parts: Parts): Request => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = requestOf(subject, { service: identity.service, body: text, ...parts });
  const { id, time } = request;
  const credential = credentialOf(identity)({ v: 1, kid, from, id, time, subject: request.subject, body: request.body });
  return { ...request, credential, ...('credential' in parts ? { credential: parts.credential as Credential } : {}) };
};

/** Any bytes in a box of the session. */
const boxed = ({ kid, from, key }: Shared, plain: Uint8Array): Uint8Array => {
  const nonce = nonce24();
  return utf8(JSON.stringify({ v: 1, kid, from, nonce: toBase64(nonce), box: toBase64(sealWith(key, nonce, plain)) }));
};

/** What a machine that stands still for two seconds made too late is `unavailable`: it is asked again, as another request, like any client does. */
export const inTime = (ask: () => Promise<Answer>, limitMs = 30_000): Promise<Answer> =>
  eventually(async () => {
    const answer = await ask();
    return answer.refusal?.code === 'unavailable' ? undefined : answer;
  }, limitMs, 'an answer in time');

/** @param limitMs how long a reply is waited for */
export const openWire = async (jetlock: Pick<Connections, 'connection'>, limitMs = 30_000) => {
  const nc: NatsConnection = await jetlock.connection();
  const keys = sure(ServiceKeys, parsed((await nc.request(subjects.keys, new Uint8Array(), { timeout: limitMs })).data));
  const newSession = (): Shared => newShared(keys);
  const shared = newSession();
  const send = async (subject: string, bytes: Uint8Array, session = shared): Promise<Answer> => {
    const reply: Msg = await nc.request(subject, bytes, { timeout: limitMs });
    return readReply(reply.data, session.key);
  };
  const asService = (identity: ServiceIdentity, subject: string, body: unknown, parts: Parts = {}, session = shared): Promise<Answer> =>
    send(subject, seal(session, serviceRequest(session, identity, subject, body, parts)), session);
  const asAdmin = (subject: string, { body, credential }: Signed, enclosed: Enclosed | null = null, session = shared): Promise<Answer> =>
    send(subject, seal(session, requestOf(subject, { body, credential, enclosed })), session);
  return {
    nc,
    keys,
    /** The session that is used unless another one is given. */
    shared,
    newSession,
    send,
    asService,
    asAdmin,
    boxed: (plain: Uint8Array, session = shared) => boxed(session, plain),
    /** A request of a service that is right, to be changed or sent more than once. */
    sealed: (identity: ServiceIdentity, subject: string, body: unknown, parts: Parts = {}, session = shared) =>
      seal(session, serviceRequest(session, identity, subject, body, parts)),
    plain: (identity: ServiceIdentity, subject: string, body: unknown, parts: Parts = {}, session = shared) =>
      serviceRequest(session, identity, subject, body, parts),
    ask: (identity: ServiceIdentity, ...paths: ReadonlyArray<string>) =>
      inTime(() => asService(identity, `${subjects.get}.${identity.service}`, { paths: paths.map(barePath), offline: false }), limitMs),
  };
};
