import test from 'ava';
import type { Redacted } from '../../crypto/redacted.ts';
import { digestOf } from '../../tests/support/names.ts';
import { newHistory, type History } from '../../tests/support/history.ts';
import { contentsOf } from '../../events/namespace/contents.ts';
import type { Ciphertext } from '../../events/vocabulary.ts';
import type { Values } from '../log/values.ts';
import type { Soon } from '../soon.ts';
import { makeContentsJson, type ContentsJson } from './contents-json.ts';

/** Values that say which they are, and which of them were opened. */
const values = (told: (value: string) => Soon<string | undefined> = (value) => value) => {
  const opened: string[] = [];
  const open = ((path, { version }) => {
    opened.push(`${path}@${version}`);
    return told(`${path}@${version}`) as Soon<Ciphertext | undefined>;
  }) as Values['told'];
  return { opened, contents: makeContentsJson({ told: open }) };
};

const given = (): History => {
  const history = newHistory();
  history.write('shop/A');
  history.write('shop/B');
  return history;
};

const told = async (contents: ContentsJson, { fold: { world } }: History, isWhole = true): Promise<string | undefined> => {
  const json: Redacted<string> | undefined = await contents.of(contentsOf(world, 'shop' as never), isWhole);
  return json && (JSON.parse(json.reveal()) as ReadonlyArray<{ readonly key: string; readonly version: number; readonly value: string }>).map(({ key, version, value }) => `${key} ${version} ${value}`).join(', ');
};

test('what many read in a moment is opened once, and again once keys were destroyed', async (t) => {
  const [history, { opened, contents }] = [given(), values()];
  for (let n = 0; n < 3; n += 1) t.is(await told(contents, history), 'A 1 shop/A@1, B 1 shop/B@1');
  t.deepEqual(opened, ['shop/A@1', 'shop/B@1']);
  contents.forget();
  t.is(await told(contents, history), 'A 1 shop/A@1, B 1 shop/B@1');
  t.is(opened.length, 4);
});

test('a page is opened each time: nobody asks for the very same one again', async (t) => {
  const [history, { opened, contents }] = [given(), values()];
  for (let n = 0; n < 2; n += 1) await told(contents, history, false);
  t.is(opened.length, 4);
});

test('it is told of nothing but the versions that it was opened for', async (t) => {
  const [history, { contents }] = [given(), values()];
  const changes: ReadonlyArray<readonly [() => unknown, string]> = [
    [() => history.write('shop/C'), 'A 1 shop/A@1, B 1 shop/B@1, C 1 shop/C@1'],
    [() => history.write('shop/A', { digest: digestOf(2) }), 'A 2 shop/A@2, B 1 shop/B@1, C 1 shop/C@1'],
    [() => history.admin('secret.disable', { path: 'shop/A' }), 'B 1 shop/B@1, C 1 shop/C@1'],
    [() => history.admin('secret.delete', { path: 'shop/B' }), 'C 1 shop/C@1'],
    [() => history.admin('secret.enable', { path: 'shop/A' }), 'A 2 shop/A@2, C 1 shop/C@1'],
    [() => history.admin('namespace.delete', { namespace: 'shop' }), ''],
  ];
  t.is(await told(contents, history), 'A 1 shop/A@1, B 1 shop/B@1');
  for (const [change, then] of changes) {
    change();
    for (let n = 0; n < 2; n += 1) t.is(await told(contents, history), then);
  }
});

test('what cannot be had is not told, and what had to be fetched is fetched in its order and asked for again', async (t) => {
  const history = given();
  const missing = values((value) => (value === 'shop/B@1' ? undefined : value));
  t.is(await told(missing.contents, history), undefined);
  const later = values((value) => Promise.resolve(value));
  for (let n = 0; n < 2; n += 1) t.is(await told(later.contents, history), 'A 1 shop/A@1, B 1 shop/B@1');
  t.deepEqual(later.opened, ['shop/A@1', 'shop/B@1', 'shop/A@1', 'shop/B@1']);
});
