/** Turns: how much of one name goes on at once, and who goes next. */
import test from 'ava';
import { right } from 'fp-ts/lib/Either.js';
import { eventually } from '../../tests/support/poll.ts';
import { BY_ACCESS_KEY } from './lane.ts';
import { makeTurns } from './turns.ts';

test('whoever wants much done waits for themselves: another has a turn at once, and what there is no room for is busy', async (t) => {
  const inTurn = makeTurns(BY_ACCESS_KEY);
  const { underWay: { each }, waiting, perTurn } = BY_ACCESS_KEY;
  // So few go at once, whoever's they are; beside them each has its share.
  const most = perTurn + each;
  let begun = 0;
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const work = async () => {
    begun += 1;
    await finished;
    return right('done');
  };
  const greedy = Array.from({ length: most }, () => inTurn('greedy', work));
  await eventually(() => (begun >= most ? true : undefined), 30_000, 'as many as go at once');
  greedy.push(...Array.from({ length: waiting.each + 1 }, () => inTurn('greedy', work)));
  t.deepEqual(await inTurn('modest', () => Promise.resolve(right('mine'))), right('mine'));
  t.is(begun, most);
  t.like(await greedy.at(-1), { left: { code: 'busy' } });
  finish();
  const answers = await Promise.all(greedy.slice(0, -1));
  t.true(answers.every((answer) => answer._tag === 'Right'));
  await t.throwsAsync(inTurn('modest', () => Promise.reject(new Error('defect'))), { message: 'defect' });
});
