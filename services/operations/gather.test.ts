import test from 'ava';
import { left, right } from 'fp-ts/lib/Either.js';
import { refuse } from '../../events/refusal.ts';
import type { CommandOf } from '../../events/command.ts';
import type { Origin } from '../../events/record.ts';
import { newHistory } from '../../tests/support/history.ts';
import { idOf } from '../../tests/support/names.ts';
import type { Execute } from '../log/execute.ts';
import { makeGather, type Report } from './gather.ts';

const PATHS = ['prod/shop/A', 'prod/shop/B'] as const;

type Command = CommandOf<'rollout.report'>;
const reportOf = (origin: Origin): Command => origin.by === 'service' && origin.command.operation === 'rollout.report' ? origin.command : (undefined as never);

const given = () => {
  const history = newHistory();
  for (const path of PATHS) history.write(path);
  const credential = history.approved('shop');
  history.grant('shop', PATHS[0]);
  history.grant('shop', PATHS[1]);
  const commands: Command[] = [];
  let before = (): void => undefined;
  const execute: Execute = (origin) => {
    commands.push(reportOf(origin));
    before();
    const decided = history.decide.service(reportOf(origin));
    return Promise.resolve(decided._tag === 'Left' ? decided : right({ seq: 9, events: decided.right, repeated: false }));
  };
  const by = { service: 'shop', credential, client: { name: 'shop', version: '1' } } as never;
  const report = (n: number, paths: ReadonlyArray<string> = PATHS): Report => ({ instance: idOf(n), applied: paths.map((path) => ({ path, version: 1 })), used: [] }) as never;
  const gather = makeGather({ replica: { fold: history.fold } as never, execute });
  return { history, commands, by, report, gather, before: (what: () => void) => (before = what) };
};

test('a hundred processes that tell at once are one record', async (t) => {
  const { commands, by, report, gather } = given();
  const told = await Promise.all(Array.from({ length: 100 }, (_, n) => gather(by, report(n))));
  t.deepEqual(commands.map(({ applied }) => applied.map(({ path, instances }) => [path as string, instances.length])), [PATHS.map((path) => [path, 100])]);
  t.true(told.every((one) => one._tag === 'Right' && one.right.applied.length === 2));
  await gather(by, report(1));
  t.is(commands.length, 2);
});

test('a record does not become larger than the log takes', async (t) => {
  const { commands, by, report, gather } = given();
  await Promise.all(Array.from({ length: 6_000 }, (_, n) => gather(by, report(n))));
  t.deepEqual(commands.map(({ applied }) => applied.map(({ instances }) => instances.length)), [[2_500, 2_500], [2_500, 2_500], [1_000, 1_000]]);
});

test('given a path that is revoked before the record is written, then the others are told all the same', async (t) => {
  const { history, commands, by, report, gather, before } = given();
  before(() => {
    before(() => undefined);
    history.revoke('shop', PATHS[0]);
  });
  t.like(await gather(by, report(1)), { right: { applied: [{ path: PATHS[1] }] } });
  t.is(commands.length, 2);
});

test('what could not be written is told to everyone who waits for it', async (t) => {
  const { by, report, history } = given();
  const gather = makeGather({ replica: { fold: history.fold } as never, execute: () => Promise.resolve(left(refuse('unavailable'))) });
  t.deepEqual(await Promise.all([gather(by, report(1)), gather(by, report(2))]), [left(refuse('unavailable')), left(refuse('unavailable'))]);
});
