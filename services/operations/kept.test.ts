import test from 'ava';
import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { subjectsUnder } from '../../events/subjects.ts';
import { AdminName, ReplicaId, sure } from '../../events/vocabulary.ts';
import type { NotNow, Verified } from '../../projections/run.ts';
import type { Opened } from '../request/open.ts';
import { makeKept, type KeptAsked } from './kept.ts';
import { Relayed } from './relayed.ts';

const subjects = subjectsUnder('secrets');
const [own, other] = [sure(ReplicaId, 'r-1'), sure(ReplicaId, 'r-2')];
const sealed = { v: 1, kid: 'k', from: 'f', nonce: 'n', box: 'b' };
const asked = (isRelayed = false): KeptAsked => ({ opened: { sealed } as unknown as Opened, admin: sure(AdminName, 'ada'), operation: 'projections.verify', isRelayed });

const VERIFIED = { identical: true, compared: 3, different: 0, differing: [] };
const standby = (holder: ReplicaId | null): Either<NotNow, Verified> => left({ _tag: 'standby', holder });

/** @param says what the projector says at each question, the last one again and again */
const setUp = (says: ReadonlyArray<Either<NotNow, Verified>>, answer: Uint8Array | null = utf8('sealed'), answerMs?: number) => {
  const sent: Array<readonly [string, string]> = [];
  let n = 0;
  const verify = async () => says[Math.min(n++, says.length - 1)]!;
  const ask = async (subject: string, bytes: Uint8Array) => (sent.push([subject, Buffer.from(bytes).toString()]), answer ?? undefined);
  const parts = { replica: { id: own, subjects }, projector: { verify, rebuild: () => Promise.reject(new Error('not asked')) }, ask };
  return { kept: makeKept(parts, answerMs), sent };
};

test('the keeper does it itself', async (t) => {
  const { kept, sent } = setUp([right(VERIFIED)]);
  t.deepEqual(await kept(asked()), right(VERIFIED as never));
  t.deepEqual(sent, []);
});

test('a standby hands the message on as it was sealed, and gives back what it gets', async (t) => {
  const { kept, sent } = setUp([standby(other)]);
  t.deepEqual(await kept(asked()), right(new Relayed(utf8('sealed'))));
  t.deepEqual(sent, [['secrets.replica.r-2.projections.verify', JSON.stringify(sealed)]]);
});

test('a keeper that does not answer is named', async (t) => {
  const { kept } = setUp([standby(other)], null);
  t.like(await kept(asked()), { left: { code: 'unavailable', detail: 'r-2 keeps the read models and does not answer; if it is gone, another replica takes its place within seconds' } });
});

test('what was handed on is not handed on again, and until there is a keeper it is waited for', async (t) => {
  const twice = setUp([standby(other)], null, 150);
  t.like(await twice.kept(asked(true)), { left: { code: 'unavailable', detail: 'standby' } });
  t.deepEqual(twice.sent, []);
  for (const holder of [null, own]) t.deepEqual(await setUp([standby(holder), standby(holder), right(VERIFIED)]).kept(asked()), right(VERIFIED as never));
});
