/** Backups on a real nats-server: taken while the service runs, restored where there is nothing, refused everywhere else. */
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { isLeft } from 'fp-ts/lib/Either.js';
import type { NatsConnection } from 'nats';
import { newTokenIdentity } from '../client/credential.ts';
import { randomBytes } from '../crypto/random.ts';
import { jetstreamReader } from '../events/log/jetstream.ts';
import { kvStore } from '../projections/kv.ts';
import { takeSnapshot } from '../services/nats/snapshot.ts';
import { linesOf } from './support/audit.ts';
import { connectionsTo, subjects } from './support/clients.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { startNats } from './support/nats.ts';
import { holds } from './support/needles.ts';
import { eventually } from './support/poll.ts';
import { backUp, newFolder, newKeys, putBack, serveRestored } from './support/restored.ts';
import { scaled } from './support/scale.ts';
import { codeOf, pathOf, serviceOf, stepsOf } from './support/steps.ts';
import { storedIn } from './support/stored.ts';

const [jetlock, keys] = await Promise.all([startJetlock(), newKeys()]);
const steps = stepsOf(jetlock);
test.after.always(() => jetlock.stop());
const shop = newTokenIdentity(serviceOf('shop'));
const VALUE = 'the-current-value';

const namesOf = async (nc: NatsConnection): Promise<ReadonlyArray<string>> => {
  const names: string[] = [];
  for await (const name of (await jetstreamManager(nc, { checkAPI: false })).streams.names()) names.push(name);
  return names;
};

const emptyServer = async (t: ExecutionContext) => {
  const nats = await startNats(t);
  const { connection, close } = connectionsTo([nats.url]);
  t.teardown(close);
  return { url: nats.url, nc: await connection() };
};

/** Writes new secrets and reads them until it is stopped; the values that were acknowledged, by their paths. */
const underLoad = (steps: ReturnType<typeof stepsOf>) => {
  const written = new Map<string, string>();
  let goesOn = true;
  const write = async (lane: number): Promise<void> => {
    for (let n = 0; goesOn; n += 1) {
      const [path, value] = [`load/lane${lane}/K${n}`, `value-${lane}-${n}`];
      await steps.write(path, value);
      written.set(path, value);
    }
  };
  const lanes = Promise.all([0, 1, 2, 3].map(write));
  return { written, stop: async () => ((goesOn = false), lanes) };
};

const lead = async (): Promise<void> => {
  await steps.write('prod/shop/KEY', 'an-older-value');
  await steps.write('prod/shop/KEY', VALUE);
  for (const name of ['BIG', 'BIGGER', 'BIGGEST']) await steps.write(`prod/shop/${name}`, randomBytes(60_000));
  await steps.write('prod/shop/GONE', 'a-deleted-value');
  const client = await steps.approved('shop', shop);
  await steps.grant('shop', 'prod/shop/');
  await client.get(['prod/shop/KEY', 'prod/shop/GONE']);
  await steps.deny('shop', 'prod/shop/BIG');
  await steps.command({ operation: 'secret.delete', path: pathOf('prod/shop/GONE') });
  await steps.command({ operation: 'key.rotate', purposes: ['root', 'operator'] });
  await steps.write('prod/shop/LATER', 'after-the-rotation');
};
test.before(lead);

test.serial('what is restored is what was: values, versions, times, decisions and read models', async (t) => {
  const path = join(await newFolder(t), 'b.age');
  const { admin } = jetlock;
  await steps.rebuild();
  const made = orThrow(await backUp(jetlock, path, keys.lock));
  t.is((await stat(path)).mode & 0o777, 0o600);
  const there = await storedIn(await kvStore(await jetlock.connection(), subjects));
  const lines = await linesOf({ log: jetstreamReader(await jetlock.connection(), { stream: subjects.stream }) as never, subjects });
  const history = orThrow(await admin.query('secret.show', { path: pathOf('prod/shop/KEY') })()).secret.history;

  const { url } = await emptyServer(t);
  const restored = await serveRestored(t, [url], { path, key: keys.key, identity: jetlock.identity });
  t.deepEqual(restored.restored.head, made.head);
  const again = stepsOf(restored);
  await again.rebuild();
  t.deepEqual(await storedIn(await kvStore(await restored.connection(), subjects)), there);
  const linesThere = await linesOf({ log: jetstreamReader(await restored.connection(), { stream: subjects.stream }) as never, subjects });
  t.deepEqual(linesThere.slice(0, lines.length), lines);
  t.deepEqual(orThrow(await restored.admin.query('secret.show', { path: pathOf('prod/shop/KEY') })()).secret.history, history);

  const client = await restored.clientOf('shop', shop);
  t.is((await client.get('prod/shop/KEY')).text(), VALUE);
  t.is((await client.get('prod/shop/LATER')).text(), 'after-the-rotation');
  for (const refused of ['GONE', 'BIG']) t.is(await codeOf(client.get(`prod/shop/${refused}`)), 'refused');
  t.is((await again.write('prod/shop/KEY', 'a-third-value')).version as number, 3);
  await again.command({ operation: 'secret.delete', path: pathOf('prod/shop/LATER') });
  await again.command({ operation: 'key.rotate', purposes: ['root', 'operator'] });
  t.is((await client.get('prod/shop/KEY')).text(), 'a-third-value');
  await again.revoke('shop', 'prod/shop/');
  t.is(await codeOf(client.get('prod/shop/KEY')), 'refused');
});

test.serial('a backup under load opens every value that it names', async (t) => {
  const path = join(await newFolder(t), 'b.age');
  const load = underLoad(steps);
  await steps.write('prod/load/FIRST', 'before');
  const before = new Map(load.written);
  orThrow(await backUp(jetlock, path, keys.lock));
  await load.stop();
  t.true(load.written.size > before.size);
  const { url } = await emptyServer(t);
  const restored = await serveRestored(t, [url], { path, key: keys.key, identity: jetlock.identity });
  const again = stepsOf(restored);
  const client = await again.approved('loaded');
  await again.grant('loaded', 'load/');
  const { items } = orThrow(await restored.admin.list('secret.list', { prefix: 'load/' })());
  t.true(items.length >= before.size);
  for (const { path: found } of items) t.is((await client.get(found)).text(), load.written.get(found) ?? 'not acknowledged');
});

test.serial('a key that is destroyed while the backup is made makes it begin again', async (t) => {
  const path = join(await newFolder(t), 'b.age');
  const nc = await jetlock.connection();
  const [asked, doomed]: [string[], string[]] = [[], ['D1', 'D2', 'D3', 'D4']];
  for (const name of doomed) await steps.write(`prod/doomed/${name}`, name);
  /** Before the keys are copied a secret is deleted, as often as wanted. */
  const meddling = (times: number): NatsConnection =>
    new Proxy(nc, {
      get: (target, member) => {
        if (member !== 'request') return Reflect.get(target, member, target) as unknown;
        return async (subject: string, ...rest: [string]) => {
          asked.push(subject);
          const isKeys = subject === '$JS.API.STREAM.SNAPSHOT.KV_secrets_keys';
          if (isKeys && asked.filter((one) => one === subject).length <= times) await steps.command({ operation: 'secret.delete', path: pathOf(`prod/doomed/${doomed.pop() ?? ''}`) });
          return target.request(subject, ...rest);
        };
      },
    });
  orThrow(await backUp(jetlock, path, keys.lock, { nc: meddling(1) }));
  t.is(asked.filter((subject) => subject === '$JS.API.STREAM.SNAPSHOT.SECRETS').length, 2);
  asked.length = 0;
  const never = await backUp(jetlock, `${path}.2`, keys.lock, { nc: meddling(3) });
  t.like(never, { left: { kind: 'unavailable', message: 'keys were replaced or destroyed while the backup was made' } });
  t.deepEqual(await readdir(join(path, '..')), ['b.age']);
});

test.serial('nothing that is there is overwritten: a file, a stream, a read model, a head, another key', async (t) => {
  const folder = await newFolder(t);
  const path = join(folder, 'b.age');
  orThrow(await backUp(jetlock, path, keys.lock));
  t.like(await backUp(jetlock, path, keys.lock), { left: { message: `${path} is there already` } });
  const full = await putBack(await jetlock.connection(), join(folder, 'full'), path, keys.key);
  t.regex(isLeft(full) ? full.left.message : '', /^there is a stream SECRETS with \d+ messages already$/);
  const own = join(jetlock.dataDir, 'data');
  await eventually(() => existsSync(join(own, 'head.json')) || undefined, 30_000, 'the first head');
  t.like(await putBack((await emptyServer(t)).nc, own, path, keys.key), { left: { kind: 'history' } });

  const { nc } = await emptyServer(t);
  await writeFile(join(folder, 'operator-keys.json'), '{}', { mode: 0o600 });
  const otherKey = await putBack(nc, folder, path, keys.key);
  t.regex(isLeft(otherKey) ? otherKey.left.message : '', /is another key than the one of the backup$/);
  t.deepEqual(await namesOf(nc), []);

  const { streams } = await jetstreamManager(nc);
  await streams.add({ name: 'KV_secrets_inbox', subjects: ['$KV.secrets_inbox.>'] });
  await nc.request('$KV.secrets_inbox.a', 'x');
  const model = await putBack(nc, join(folder, 'model'), path, keys.key);
  t.like(model, { left: { message: 'there is a stream KV_secrets_inbox with 1 messages already' } });
  t.deepEqual(await namesOf(nc), ['KV_secrets_inbox']);
  t.false(existsSync(join(folder, 'model')));
});

test.serial('a restore that was cut off before the log was placed is made again', async (t) => {
  const folder = await newFolder(t);
  const path = join(folder, 'b.age');
  orThrow(await backUp(jetlock, path, keys.lock));
  const { nc } = await emptyServer(t);
  const cutting = new Proxy(nc, {
    get: (target, member) =>
      member === 'request'
        ? async (subject: string, ...rest: [string]) => (subject.startsWith('$JS.SNAPSHOT.RESTORE.SECRETS.') ? Promise.reject(new Error('cut')) : target.request(subject, ...rest))
        : (Reflect.get(target, member, target) as unknown),
  });
  t.like(await putBack(cutting, join(folder, 'data'), path, keys.key), { left: { kind: 'unavailable', message: 'SECRETS: cut' } });
  t.true((await namesOf(nc)).includes('KV_secrets_keys'));
  t.false((await namesOf(nc)).includes('SECRETS'));
  orThrow(await putBack(nc, join(folder, 'data'), path, keys.key));
  t.true((await namesOf(nc)).includes('SECRETS'));
});

test.serial('a byte that was changed, and a file that was cut, restore nothing', async (t) => {
  const folder = await newFolder(t);
  const path = join(folder, 'b.age');
  orThrow(await backUp(jetlock, path, keys.lock));
  const bytes = await readFile(path);
  t.true(bytes.length > 2 * 64 * 1024);
  const { nc } = await emptyServer(t);
  const damaged = join(folder, 'damaged.age');
  const dataDir = join(folder, 'data');
  const refused = async (content: Uint8Array): Promise<boolean> => {
    await writeFile(damaged, content);
    const restored = await putBack(nc, dataDir, damaged, keys.key);
    return isLeft(restored) && restored.left.kind === 'config';
  };
  const header = bytes.indexOf('\n--- ') + 50;
  const [chunk, nonce] = [64 * 1024 + 16, 16];
  /** Around every place where something begins. */
  const edges = [1, header, header + nonce, ...[1, 2].map((n) => header + nonce + n * chunk), bytes.length - 16, bytes.length - 1].flatMap((at) => [at - 1, at, at + 1]);
  for (const length of [0, ...edges.filter((at) => at < bytes.length)]) t.true(await refused(bytes.subarray(0, length)), `cut at ${length}`);
  const place = fc.oneof(fc.integer({ min: 0, max: header }), fc.integer({ min: 0, max: bytes.length - 1 }));
  await fc.assert(
    fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] ?? 0) ^ change;
      return refused(changed);
    }),
    { numRuns: scaled(40, 2_000) },
  );
  t.true(await refused(Buffer.concat([bytes, Buffer.alloc(1)])));
  t.deepEqual(await namesOf(nc), []);
  t.false(existsSync(dataDir));
});

test.serial('neither values nor keys are to be found in a backup, nor does another key open it', async (t) => {
  const folder = await newFolder(t);
  const path = join(folder, 'b.age');
  orThrow(await backUp(jetlock, path, keys.lock));
  const operator = JSON.parse(await readFile(join(jetlock.dataDir, 'data', 'operator-keys.json'), 'utf8')) as { readonly current: { readonly key: string } };
  t.false(holds(await readFile(path), [VALUE, 'prod/shop', Buffer.from(operator.current.key, 'base64url'), operator.current.key]));
  const { nc } = await emptyServer(t);
  t.like(await putBack(nc, join(folder, 'data'), path, (await newKeys()).key), { left: { kind: 'config', message: `${path} does not open with that key` } });
});

test.serial('the server sends no more than we use', async (t) => {
  const { nc } = await emptyServer(t);
  const { streams } = await jetstreamManager(nc);
  await streams.add({ name: 'MUCH', subjects: ['much'] });
  const message = randomBytes(500_000);
  for (let n = 0; n < 40; n += 1) await nc.request('much', message);
  const before = nc.stats().inBytes;
  const { chunks } = orThrow(await takeSnapshot(nc, 'MUCH'));
  const first = await chunks[Symbol.asyncIterator]().next();
  t.is(first.done, false);
  const come = () => nc.stats().inBytes - before;
  await eventually(() => come() > 2_000_000 || undefined, 30_000, 'as much as is sent without our use');
  for (let round = 0; round < 200; round += 1) await nc.flush();
  t.true(come() < 6_000_000, `${come()} bytes`);
});
