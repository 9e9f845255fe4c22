import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { utf8 } from '../../crypto/bytes.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { SecretPath, ServiceName, sure } from '../../events/vocabulary.ts';
import { barePath } from '../../protocol/operations.ts';
import { latch } from '../../tests/support/latch.ts';
import { manualTime } from '../../tests/support/manual-time.ts';
import { newKeyIdentity, newTokenIdentity } from '../credential.ts';
import { refusedHere, unavailable, type ClientFailure } from '../failure.ts';
import type { Answers, Report, ServiceClient } from '../service.ts';
import { openKeptFile } from './file.ts';
import { withOffline, type OfflineUse } from './offline.ts';

const CANARY = 'canary-5c1e77';
const PATH = sure(SecretPath, 'shop/KEY');
const OUT: ClientFailure = unavailable('nobody is there', 'no');
const shop = sure(ServiceName, 'shop');

type Served = E.Either<ClientFailure, { readonly offlineMs: number | null } | 'refused'>;

const setUp = async (t: ExecutionContext, identity = newTokenIdentity(shop)) => {
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-offline-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const path = join(directory, 'kept.json');
  const manual = manualTime();
  const clock = { shift: 0 };
  const time = { ...manual, now: () => manual.now() + clock.shift };
  const served = { held: Promise.resolve(), failsAfter: undefined as ClientFailure | undefined, get: E.right({ offlineMs: 60_000 }) as Served, report: E.left(OUT) as E.Either<ClientFailure, never[]> };
  const [reports, uses, failures, patience]: [Report[], OfflineUse[], unknown[], Array<number | undefined>] = [[], [], [], []];
  const service: ServiceClient = {
    register: () => () => Promise.reject(new Error('not asked')),
    get: (asks, withinMs, onSome) => async (): Promise<E.Either<ClientFailure, Answers>> => {
      patience.push(withinMs);
      const [answer, failure] = [served.get, served.failsAfter];
      await served.held;
      const all = E.map((given: Extract<Served, { _tag: 'Right' }>['right']) => {
        const found = given === 'refused' ? given : { version: 3, value: new Redacted(utf8(CANARY)), read: 9, offlineUntil: given.offlineMs === null ? null : time.now() + given.offlineMs };
        const answers: Answers = new Map(asks.map(({ path: one }) => [one, found as never]));
        onSome?.(answers);
        return answers;
      })(answer);
      return failure === undefined ? all : E.left(failure);
    },
    watch: () => () => Promise.reject(new Error('not asked')),
    report: (report) => async () => (reports.push(report), served.report),
  };
  const start = (maxAgeMs = 3_600_000) => {
    const file = openKeptFile(path, identity);
    if (E.isLeft(file)) throw new Error(file.left.why);
    const client = withOffline({ service, file: file.right, maxAgeMs, onUse: (use) => uses.push(use), onFailure: (failure) => failures.push(failure), time });
    t.teardown(client.close);
    return async (): Promise<string> => {
      const answers = await client.get([barePath(PATH)])();
      if (E.isLeft(answers)) return answers.left._tag;
      const answer = answers.right.get(PATH);
      if (answer === undefined || answer === 'refused') return answer ?? 'nothing';
      t.is(Buffer.from(answer.value.reveal()).toString(), CANARY);
      return answer.offline === undefined ? 'fresh' : `kept ${answer.offline.ageMs}`;
    };
  };
  return { path, time, clock, served, patience, reports, uses, failures, start };
};
const given = (offlineMs: number | null): Served => E.right({ offlineMs });

test('given a grant for offline, when nobody is there, then the value is there with its age, until its time is over', async (t) => {
  const { start, served, time, uses } = await setUp(t);
  const get = start();
  t.is(await get(), 'fresh');
  served.get = E.left(OUT);
  await time.advance(59_000);
  t.is(await get(), 'kept 59000');
  t.like(uses, [{ path: PATH, version: 3, ageMs: 59_000 }]);
  await time.advance(1_000);
  t.is(await get(), 'unavailable');
});

test('once nobody was there, what is kept is not waited for long, and the rest as long as ever', async (t) => {
  const { start, served, patience } = await setUp(t);
  const get = start();
  served.get = E.left(OUT);
  await get();
  await get();
  served.get = given(60_000);
  await get();
  served.get = E.left(OUT);
  await get();
  await get();
  t.deepEqual(patience, [undefined, undefined, undefined, undefined, 500]);
});

test('the own limit counts as well', async (t) => {
  const { start, served, time } = await setUp(t);
  const get = start(10_000);
  await get();
  served.get = E.left(OUT);
  await time.advance(9_999);
  t.is(await get(), 'kept 9999');
  await time.advance(1);
  t.is(await get(), 'unavailable');
});

test('after a restart it is there still, and under a shorter limit not', async (t) => {
  const { start, served, time } = await setUp(t);
  await start()();
  served.get = E.left(OUT);
  await time.advance(30_000);
  t.is(await start()(), 'kept 30000');
  t.is(await start(20_000)(), 'unavailable');
});

test('without a grant for offline nothing is kept, and no file is made', async (t) => {
  const { start, served, path } = await setUp(t);
  served.get = given(null);
  const get = start();
  await get();
  served.get = E.left(OUT);
  t.is(await get(), 'unavailable');
  await t.throwsAsync(stat(path), { code: 'ENOENT' });
});

test('a grant that allows it no more takes away what was kept', async (t) => {
  const { start, served } = await setUp(t);
  const get = start();
  await get();
  served.get = given(null);
  await get();
  served.get = E.left(OUT);
  t.is(await get(), 'unavailable');
});

for (const [name, refusal] of [['the path is refused', E.right('refused')], ['the credential is refused', E.left(refusedHere('unauthorized'))]] as ReadonlyArray<[string, Served]>) {
  test(`given ${name}, then what was kept is deleted, also for when nobody is there later`, async (t) => {
    const { start, served } = await setUp(t);
    const get = start();
    await get();
    served.get = refusal;
    await get();
    served.get = E.left(OUT);
    t.is(await get(), 'unavailable');
    t.is(await start()(), 'unavailable');
  });
}

for (const [name, later] of [['a refusal', E.right('refused')], ['a grant without offline', given(null)], ['a refused credential', E.left(refusedHere('unauthorized'))]] as ReadonlyArray<[string, Served]>) {
  test(`given a value that was asked for before ${name} came and arrives after it, then it is not kept again, and a later one is`, async (t) => {
    const { start, served } = await setUp(t);
    const get = start();
    const answer = latch(30_000);
    served.held = answer.opened();
    const overtaken = get();
    [served.held, served.get] = [Promise.resolve(), later];
    await get();
    answer.open();
    t.is(await overtaken, 'fresh');
    for (const [now, told] of [[E.left(OUT), 'unavailable'], [given(60_000), 'fresh'], [E.left(OUT), 'kept 0']] as ReadonlyArray<[Served, string]>) {
      served.get = now;
      t.is(await get(), told);
    }
  });
}

test('given a refusal in the first of two replies, then it counts, also where the second does not come', async (t) => {
  const { start, served } = await setUp(t);
  const get = start();
  await get();
  [served.get, served.failsAfter] = [E.right('refused'), OUT];
  t.is(await get(), 'unavailable');
  t.is(await start()(), 'unavailable');
});

test('given a refusal that cannot be written, then nothing of the file counts', async (t) => {
  const { start, served, path, failures } = await setUp(t);
  const get = start();
  await get();
  // Others can read it: then it is not touched.
  await chmod(path, 0o644);
  served.get = E.right('refused');
  t.deepEqual([await get(), failures.length], ['refused', 1]);
  await chmod(path, 0o600);
  served.get = E.left(OUT);
  t.is(await get(), 'unavailable');
});

test('a refusal for another reason is told, and deletes nothing', async (t) => {
  const { start, served } = await setUp(t);
  const get = start();
  await get();
  served.get = E.left(refusedHere('busy'));
  t.is(await get(), 'refusal');
  served.get = E.left(refusedHere('unavailable'));
  t.is(await get(), 'kept 0');
});

test('a clock that is set back brings nothing back', async (t) => {
  const { start, served, time, clock } = await setUp(t);
  const get = start();
  await get();
  served.get = E.left(OUT);
  await time.advance(50_000);
  t.is(await get(), 'kept 50000');
  clock.shift = -40_000;
  t.is(await get(), 'kept 50000', 'the latest time that there was');
  await time.advance(60_000);
  t.is(await get(), 'unavailable');
  clock.shift = -110_000;
  t.is(await start()(), 'unavailable');
});

test('given a process that ends between the use and the report, then the next one tells it, once it is heard', async (t) => {
  const { start, served, reports, time } = await setUp(t);
  const get = start();
  await get();
  served.get = E.left(OUT);
  await get();
  await get();
  const before = reports.length;
  served.report = E.right([]);
  served.get = given(60_000);
  start();
  await time.advance(0);
  const told = reports.slice(before).flatMap(({ used }) => used);
  t.is(new Set([...reports.flatMap(({ used }) => used)].map(({ id }) => id)).size, told.length, 'sent again under the same ids');
  t.is(told.reduce((sum, { count }) => sum + count, 0), 2);
  t.like(told[0], { path: PATH, version: 3, read: 9 });
});

test('the file shows nothing of the value, is readable by its owner alone, and is refused where it is not', async (t) => {
  const { start, path } = await setUp(t);
  await start()();
  t.is((await stat(path)).mode & 0o777, 0o600);
  const text = await readFile(path, 'utf8');
  t.false(text.includes(CANARY) || text.includes(Buffer.from(CANARY).toString('base64url')) || text.includes(PATH));
  await chmod(path, 0o640);
  t.throws(start, { message: /can be read by others/ });
});

test('a file that was changed, or is of another credential or service, is refused', async (t) => {
  const one = await setUp(t);
  await one.start()();
  const text = await readFile(one.path, 'utf8');
  const others = [await setUp(t), await setUp(t, newKeyIdentity(shop)), await setUp(t, newTokenIdentity(sure(ServiceName, 'other')))];
  for (const { path, start } of others) {
    await copyFile(one.path, path);
    t.throws(start, { message: /does not hold what this credential has kept/ });
  }
  const at = text.indexOf('"box":"') + 20;
  await writeFile(one.path, `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`);
  t.throws(one.start, { message: /does not hold what this credential has kept/ });
});

test('a service that signs keeps values too', async (t) => {
  const { start, served } = await setUp(t, newKeyIdentity(shop));
  const get = start();
  await get();
  served.get = E.left(OUT);
  t.is(await get(), 'kept 0');
});

test('given the file is lost to it, when nobody is there, then nothing is used without a count', async (t) => {
  const { start, served, path, failures } = await setUp(t);
  const get = start();
  await get();
  served.get = E.left(OUT);
  await chmod(path, 0o644);
  t.is(await get(), 'unavailable');
  t.is(failures.length, 1);
});
