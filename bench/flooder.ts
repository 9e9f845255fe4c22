/**
 * A process that sends one kind of request as fast as it can, and waits for no answer. What to send stands in one line of
 * JSON on its stdin. It says a line when the first are on their way; it ends, and says how many it sent, when stdin is closed:
 * so it never outlives who started it.
 */
import { createInterface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import { credentialOf, newTokenIdentity, type ServiceIdentity } from '../client/credential.ts';
import { seal, type Shared } from '../client/envelope.ts';
import { connectNats } from '../client/nats/connect.ts';
import { newBoxKey, sharedKey } from '../crypto/box.ts';
import { toBase64, utf8 } from '../crypto/bytes.ts';
import { randomBytes, randomId } from '../crypto/random.ts';
import { Redacted } from '../crypto/redacted.ts';
import { subjectsUnder } from '../events/subjects.ts';
import { ClientInfo, Instant, ServiceName, sure } from '../events/vocabulary.ts';
import { barePath, type GetRequest, type RegisterRequest } from '../protocol/operations.ts';
import type { Request, ServiceKeys } from '../protocol/wire.ts';

/** `sessions`: unknown session keys over junk. `tokens`: unknown tokens. `registrations`: new services. `paths`: random paths, with a credential that is approved. */
export type FloodKind = 'sessions' | 'tokens' | 'registrations' | 'paths';

/**
 * Who hears it: `service`; `nobody`: it is sent where nobody listens, so only nats-server has work with it; `none`: it is made and not
 * sent, which takes a processor and nothing else.
 */
export type Heard = 'service' | 'nobody' | 'none';

/** `token` is that of `service`, for `paths`. */
export type FloodOrder = { readonly kind: FloodKind; readonly heard: Heard; readonly url: string; readonly keys: ServiceKeys; readonly service: string; readonly token: string };

type Message = { readonly subject: string; readonly bytes: Uint8Array };
type Maker = (n: number) => Message;

const subjects = subjectsUnder('secrets');
const client = sure(ClientInfo, { name: 'flooder', version: '1.0.0' });
/** Each is a new session to the service again and again, since none of them is ever authenticated. */
const SESSIONS = 1_000;
const AT_ONCE = 500;

const newShared = ({ kid, key }: ServiceKeys): Shared => {
  const mine = newBoxKey();
  const agreed = sharedKey(key, mine.secretKey);
  if (agreed === undefined) throw new Error('no session');
  return { kid, from: mine.publicKey, key: agreed };
};

const sealed = (shared: Shared, identity: ServiceIdentity, subject: string, content: GetRequest | RegisterRequest): Message => {
  const { kid, from } = shared;
  const bound = { v: 1, kid, from, id: randomId(), time: sure(Instant, Date.now()), subject, body: JSON.stringify(content) } as const;
  const { id, time, body } = bound;
  const request: Request = { v: 1, type: 'req', subject, service: identity.service, id, time, client, credential: credentialOf(identity)(bound), body, enclosed: null };
  return { subject, bytes: seal(shared, request) };
};

const getOf = (path: string): GetRequest => ({ paths: [barePath(path as never)], offline: false });

const junk = ({ keys, service }: FloodOrder): Maker => {
  const rest = `"nonce":"${toBase64(randomBytes(24))}","box":"${toBase64(randomBytes(200))}"}`;
  return () => ({ subject: `${subjects.get}.${service}`, bytes: utf8(`{"v":1,"kid":"${keys.kid}","from":"${toBase64(randomBytes(32))}",${rest}`) });
};

const unknownTokens = ({ keys, service }: FloodOrder): Maker => {
  const sessions = Array.from({ length: SESSIONS }, () => newShared(keys));
  return (n) => sealed(sessions[n % SESSIONS] as Shared, newTokenIdentity(sure(ServiceName, service)), `${subjects.get}.${service}`, getOf('prod/any/KEY'));
};

const registrations = ({ keys }: FloodOrder): Maker => {
  const sessions = Array.from({ length: SESSIONS }, () => newShared(keys));
  return (n) => {
    const identity = newTokenIdentity(sure(ServiceName, `flood-${n}`));
    const body: RegisterRequest = { service: identity.service, kind: 'token', serviceVersion: null };
    return sealed(sessions[n % SESSIONS] as Shared, identity, `${subjects.register}.${identity.service}`, body);
  };
};

const randomPaths = ({ keys, service, token }: FloodOrder): Maker => {
  const [session, identity] = [newShared(keys), { service: sure(ServiceName, service), kind: 'token', token: new Redacted(token) } as const];
  return () => sealed(session, identity, `${subjects.get}.${service}`, getOf(`flood/any/${randomId()}`));
};

const MAKERS: Readonly<Record<FloodKind, (order: FloodOrder) => Maker>> = { sessions: junk, tokens: unknownTokens, registrations, paths: randomPaths };

const flood = async (order: FloodOrder, isOver: () => boolean): Promise<number> => {
  const connected = await connectNats({ servers: order.url })();
  if (isLeft(connected)) throw new Error(connected.left.why);
  const [nc, make, reply] = [connected.right, MAKERS[order.kind](order), `_INBOX.${randomId()}`];
  const prefix = order.heard === 'nobody' ? 'unheard.' : '';
  let sent = 0;
  while (!isOver()) {
    for (const end = sent + AT_ONCE; sent < end; sent += 1) {
      const { subject, bytes } = make(sent);
      if (order.heard !== 'none') nc.publish(`${prefix}${subject}`, bytes, { reply });
    }
    // The server has taken them all: without this they would only fill the memory here.
    if (order.heard !== 'none') await nc.flush();
    else await new Promise(setImmediate);
    if (sent === AT_ONCE) process.stdout.write('flooding\n');
  }
  await nc.close();
  return sent;
};

const lines = createInterface({ input: process.stdin });
let over = false;
lines.once('close', () => (over = true));
lines.once('line', (line) => {
  void flood(JSON.parse(line) as FloodOrder, () => over).then((sent) => process.stdout.write(`${sent}\n`));
});
