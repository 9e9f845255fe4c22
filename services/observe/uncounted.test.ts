import test from 'ava';
import { madeNothing, type StateRecord } from '../../events/record.ts';
import { refuse } from '../../events/refusal.ts';
import { makeLogger } from './access-log.ts';
import { TOLD_PER_SECOND, tellUncounted } from './uncounted.ts';

test('of a flood of what does not count so many lines are written and no more, and it hides nothing else', (t) => {
  const lines: string[] = [];
  const tell = tellUncounted(makeLogger('info', { write: (line) => void lines.push(line) }));
  const folded = { subject: 's', now: 0 };
  const record = { events: [], made: madeNothing } as unknown as StateRecord;
  for (let seq = 1; seq <= 5 * TOLD_PER_SECOND; seq += 1) tell({ ...folded, seq, verdict: { _tag: 'skipped', why: 'mac' } });
  tell({ ...folded, seq: 1_000, verdict: { _tag: 'void', record, refusal: refuse('spent') } });
  // A second may have begun meanwhile.
  t.true(lines.length >= TOLD_PER_SECOND + 1 && lines.length < 3 * TOLD_PER_SECOND);
  t.like(JSON.parse(lines.at(-1) ?? ''), { level: 'info', sequence: 1_000, code: 'spent' });
});
