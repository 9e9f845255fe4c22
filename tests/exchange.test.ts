/** The sealed exchange by HTTP, against one real service: the bytes that a client makes for NATS, answered without NATS. */
import test from 'ava';
import { clientOf } from '../client/client.ts';
import { newTokenIdentity } from '../client/credential.ts';
import { serviceKeys } from '../client/keys.ts';
import { openWith } from '../crypto/box.ts';
import { fromBase64, fromUtf8 } from '../crypto/bytes.ts';
import { ClientInfo, sure } from '../events/vocabulary.ts';
import { barePath } from '../protocol/operations.ts';
import { Reply, SealedReply } from '../protocol/wire.ts';
import { httpTransport } from './support/http-transport.ts';
import { startJetlock, subjects } from './support/jetlock.ts';
import { eventually } from './support/poll.ts';
import { codeOf, serviceOf, stepsOf } from './support/steps.ts';
import { openWire } from './support/wire.ts';

const jetlock = await startJetlock();
const wire = await openWire(jetlock);
test.after.always(() => jetlock.stop());
const { write, approve, approved, grant } = stepsOf(jetlock);
const { httpUrl } = jetlock.service();

const PATH = 'prod/exchange/DB';
const body = { paths: [barePath(PATH)], offline: false };

/** What bytes are answered by HTTP: `answered`, or the code of the refusal in the box. */
const post = async (path: string, bytes: Uint8Array): Promise<string> => {
  const answer = await fetch(`${httpUrl}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: Buffer.from(bytes) });
  const { nonce, box } = sure(SealedReply, await answer.json());
  const { refusal } = sure(Reply, JSON.parse(fromUtf8(openWith(wire.shared.key, fromBase64(nonce), fromBase64(box))!)));
  return refusal?.code ?? 'answered';
};

test.serial('a client without NATS registers, is approved, reads and reports by the bytes that it would send there', async (t) => {
  await write(PATH, 'by HTTP');
  const paths: string[] = [];
  const transport = httpTransport(httpUrl, (path) => paths.push(path));
  const keys = serviceKeys({ transport, subjects, trust: { signer: jetlock.identity.servicePublicKey } });
  const client = clientOf({ transport, subjects, keys, client: sure(ClientInfo, { name: 'by-http', version: '1' }), identity: newTokenIdentity(serviceOf('exchange-api')) });
  t.is((await client.register()).status, 'pending_approval');
  t.is(await codeOf(client.get(PATH)), 'credential_pending');
  await approve('exchange-api', client.fingerprint);
  t.is((await client.register()).status, 'approved');
  await grant('exchange-api', PATH);
  t.is((await client.get(PATH)).text(), 'by HTTP');
  // By now it was told of a subject of its own, which is none of HTTP.
  t.is((await client.get(PATH)).text(), 'by HTTP');
  t.deepEqual(await client.report({ applied: [{ path: PATH, version: 1 }] }), { refused: [] });
  t.deepEqual([...new Set(paths)], ['keys', 'register', 'get', 'report']);
  await client.close();
});

test.serial('by HTTP a request counts for its operation and its service alone, by either name of its subject', async (t) => {
  const identity = newTokenIdentity(serviceOf('either-api'));
  await (await approved('either-api', identity)).close();
  const made = (subject: string, parts: object = {}) => wire.sealed(identity, subject, body, parts);
  for (const subject of [subjects.get, `${subjects.get}.either-api`]) {
    // What came too late is `unavailable`, and asked again as another request.
    const { bytes, code } = await eventually(async () => {
      const asked = made(subject);
      const told = await post('/get', asked);
      return told === 'unavailable' ? undefined : { bytes: asked, code: told };
    }, 60_000, 'an answer in time');
    t.is(code, 'answered', subject);
    t.is(await post('/get', bytes), 'replayed', subject);
  }
  const own = (all: string) => [all, `${all}.either-api`];
  const others = [subjects.register, subjects.report, subjects.watch].flatMap(own);
  for (const subject of [...others, subjects.namespace, subjects.keys, subjects.admin('secret.list'), 'secrets.known.x', 'secrets.getter', 'secrets'])
    t.is(await post('/get', made(subject)), 'malformed', subject);
  for (const path of ['/register', '/report']) for (const subject of own(subjects.get)) t.is(await post(path, made(subject)), 'malformed', `${path} ${subject}`);
  t.is(await post('/get', made(`${subjects.get}.other-api`)), 'unauthorized');
  t.is(await post('/get', made(`${subjects.get}.other-api`, { service: 'other-api' })), 'unauthorized');
  t.is(await post('/get', made(`${subjects.get}.`)), 'unauthorized');
  t.is(await post('/get', made(`${subjects.get}.either-api.either-api`)), 'unauthorized');
});
