import test from 'ava';
import { connect } from 'nats';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { ReplicaId, sure } from '../../events/vocabulary.ts';
import { latch } from '../../tests/support/latch.ts';
import { startNats } from '../../tests/support/nats.ts';
import { eventually } from '../../tests/support/poll.ts';
import { makeAdmission } from '../doors/admission.ts';
import { openNatsDoor } from './door.ts';

const subjects = subjectsUnder('secrets');
const LIMIT_MS = 10_000;

test('a door that closes answers what came in before, and takes in nothing more', async (t) => {
  const nats = await startNats(t);
  const [service, requester] = [await connect({ servers: nats.url }), await connect({ servers: nats.url })];
  t.teardown(() => Promise.all([service.close(), requester.close()]));
  const [arrived, mayAnswer] = [latch(LIMIT_MS, 'the request'), latch<string>(LIMIT_MS, 'the answer')];
  const handle = async () => {
    arrived.open();
    return utf8(await mayAnswer.opened());
  };
  const door = await openNatsDoor({ requests: service, known: service }, { subjects, replica: sure(ReplicaId, 'r-1') }, makeAdmission({ handle, endOpen: () => undefined, ownerOf: () => undefined, mayAsk: () => true, isFruitless: () => false, subjects, onTurnedAway: () => undefined }), { subjectOf: () => undefined, turnedAway: () => undefined, onChange: () => undefined });
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
