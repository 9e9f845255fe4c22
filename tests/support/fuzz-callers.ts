/** Who makes calls that nobody would make: with what really lets in, which is had anew where a call has ended it. */
import { makeApiToken } from '../../client/bearer.ts';
import { Instant, Label, sure, type TokenRole } from '../../events/vocabulary.ts';
import type { SessionView } from '../../protocol/http/session.ts';
import { callsTo, cookieOf, signedCall, type CallHeaders, type HttpAnswer } from './http.ts';
import type { Jetlock } from './jetlock.ts';
import { eventually } from './poll.ts';
import { stepsOf } from './steps.ts';

export const CALLERS = ['nobody', 'session', 'auditor', 'writer', 'key'] as const;
export type CallerName = (typeof CALLERS)[number];
export type Callers = {
  readonly headersOf: (name: CallerName) => Promise<CallHeaders>;
  /** The access key that the caller `key` shows. */
  readonly accessKey: () => Promise<string>;
  /** It was ended, or may have been: no call ends a token. */
  readonly forget: (name: 'session' | 'key') => void;
};

const LIMIT_MS = 60_000;
const HOUR_MS = 3_600_000;

const opened = async ({ identity, service }: Jetlock): Promise<CallHeaders> => {
  const url = service().httpUrl;
  const answer = await callsTo(url)('POST', '/session', signedCall(identity, { operation: 'session.open', origin: url, seen: null }));
  return { cookie: cookieOf(answer), 'jetlock-csrf': (answer.json as SessionView).csrf, origin: url };
};

const issued = async (jetlock: Jetlock, role: TokenRole): Promise<CallHeaders> => {
  const { id, text, digest } = makeApiToken();
  await stepsOf(jetlock).command({ operation: 'token.issue', admin: jetlock.identity.admin, token: id, label: sure(Label, role), role, digest, until: sure(Instant, Date.now() + HOUR_MS) });
  return { authorization: `Bearer ${text.reveal()}` };
};

/** Of a namespace that holds something. */
const held = async ({ service }: Jetlock): Promise<CallHeaders> => {
  const made = async (path: string, body: object, headers: CallHeaders = {}): Promise<HttpAnswer | undefined> => {
    const answer = await callsTo(service().httpUrl)('POST', path, body, headers);
    return answer.status === 201 ? answer : undefined;
  };
  const { json } = await eventually(() => made('/namespaces', {}), LIMIT_MS, 'a namespace');
  const key = { 'jetlock-access-key': (json as { readonly accessKey: string }).accessKey };
  await eventually(() => made('/namespace', { key: 'KEY', value: 'v' }, key), LIMIT_MS, 'a value in it');
  return key;
};

export const makeCallers = (jetlock: Jetlock): Callers => {
  const known = new Map<CallerName, CallHeaders>();
  const make: { readonly [N in CallerName]: () => Promise<CallHeaders> } = {
    nobody: async () => ({}),
    session: () => opened(jetlock),
    auditor: () => issued(jetlock, 'auditor'),
    writer: () => issued(jetlock, 'writer'),
    key: () => held(jetlock),
  };
  const headersOf: Callers['headersOf'] = async (name) => {
    const headers = known.get(name) ?? (await make[name]());
    known.set(name, headers);
    return headers;
  };
  return { headersOf, accessKey: async () => (await headersOf('key'))['jetlock-access-key'] ?? '', forget: (name) => void known.delete(name) };
};
