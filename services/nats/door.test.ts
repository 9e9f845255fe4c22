import test from 'ava';
import { connect, type NatsConnection } from 'nats';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { ReplicaId, sure } from '../../events/vocabulary.ts';
import { latch, until } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import { eventually } from '../../tests/support/poll.ts';
import type { Door } from '../broker.ts';
import { makeAdmission, type AdmissionParts } from '../doors/admission.ts';
import { openNatsDoor } from './door.ts';
import { readInTurns } from './in-turns.ts';

const subjects = subjectsUnder('secrets');
const LIMIT_MS = 30_000;

const doorOn = (nc: NatsConnection, handle: AdmissionParts['handle']): Promise<Door> => {
  const admission = makeAdmission({ handle, endOpen: () => undefined, ownerOf: () => undefined, mayAsk: () => true, isFruitless: () => false, subjects, onTurnedAway: () => undefined });
  return openNatsDoor({ requests: nc, known: nc }, { subjects, replica: sure(ReplicaId, 'r-1') }, admission, { subjectOf: () => undefined, turnedAway: () => undefined, onChange: () => undefined });
};

test('a door that closes answers what came in before, and takes in nothing more', async (t) => {
  const nats = await startNats(t);
  const [service, requester] = [await connect({ servers: nats.url }), await connect({ servers: nats.url })];
  t.teardown(() => Promise.all([service.close(), requester.close()]));
  const [arrived, mayAnswer] = [latch(LIMIT_MS, 'the request'), latch<string>(LIMIT_MS, 'the answer')];
  const handle = async () => {
    arrived.open();
    return utf8(await mayAnswer.opened());
  };
  const door = await doorOn(service, handle);
  const asked = requester.request(subjects.get, new Uint8Array(), { timeout: LIMIT_MS });
  await arrived.opened();
  let isClosed = false;
  const closing = door.close().then(() => (isClosed = true));
  const nobody = () => requester.request(subjects.get, new Uint8Array(), { timeout: 100 }).then(() => undefined, (error: unknown) => (/no responders/i.test(String(error)) ? true : undefined));
  await eventually(nobody, LIMIT_MS, 'nobody to be in the queue group');
  for (let n = 0; n < 5; n += 1) await service.flush();
  t.false(isClosed);
  mayAnswer.open('answered');
  t.is(fromUtf8((await asked).data), 'answered');
  await closing;
});

test('a door closes where NATS is gone, and where its connection is closed meanwhile', async (t) => {
  for (const isClosed of [false, true]) {
    const nats = await startNats(t);
    const service = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    t.teardown(() => service.close());
    const door = await doorOn(service, () => Promise.reject(new Error('nobody asks')));
    await nats.kill9();
    const closing = door.close();
    if (isClosed) await service.close();
    await t.notThrowsAsync(until(closing, LIMIT_MS, 'the door to be closed'));
  }
});

/** The socket of a connection, as far as it is read in turns. */
const fakeSocket = () => {
  const said: string[] = [];
  const at: number[] = [];
  const say = (what: string) => () => {
    said.push(what);
    at.push(performance.now());
  };
  const socket = { pause: say('pause'), resume: say('resume') };
  return { said, at, nc: { protocol: { transport: { socket } } } as unknown as NatsConnection };
};

test('a connection by which most are turned away rests as long as it took, and no other does', async (t) => {
  const PER_TURN = 32;
  const [flooded, quiet] = [fakeSocket(), fakeSocket()];
  let turnedAway = 0;
  const seeFlood = readInTurns(flooded.nc, PER_TURN, () => turnedAway);
  const seeQuiet = readInTurns(quiet.nc, PER_TURN, () => 0);
  for (let n = 0; n < PER_TURN; n += 1, turnedAway += 1) {
    seeFlood();
    seeQuiet();
  }
  for (const end = performance.now() + 20; performance.now() < end; );
  await new Promise(setImmediate);
  t.deepEqual([flooded.said, quiet.said], [['pause'], ['pause', 'resume']]);
  await eventually(async () => (flooded.said.length === 2 ? true : undefined), LIMIT_MS, 'it to be read again');
  t.deepEqual(flooded.said, ['pause', 'resume']);
  // 20 ms until it had its turn, and about as long again.
  const [paused = 0, resumed = 0] = flooded.at;
  t.true(resumed - paused > 35, `${resumed - paused} ms`);
});
