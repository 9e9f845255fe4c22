import test from 'ava';
import type { InboxItem } from '../../protocol/views.ts';
import { aboutText, fieldTime, moreText } from './audit.ts';
import { cardCredentials, cardsOf, cardService, cardSubject, cardTitle, mismatchKey, nextAfter, type Card } from './cards.ts';
import { barsOf } from './chart.ts';
import { grantOf, grantText } from './grant.ts';
import { chord, shortcutKey, takesText } from './keyboard.ts';
import { isPath, namespacePrefix, treeOf } from './path.ts';
import { bytesText } from './size.ts';
import { agoText, lengthText, parseLength, timeText } from './time.ts';
import { endsInLineBreak, sizeText, withoutLastBreak } from './value.ts';

const [MINUTE, HOUR] = [60_000, 3_600_000];

test('times are told from now, and exactly', (t) => {
  t.deepEqual([0, -59_000, -90_000, -HOUR, -50 * HOUR, 5 * HOUR, 30_000].map((ms) => agoText(1e12 + ms, 1e12)), [
    'just now',
    'just now',
    '1 minute ago',
    '1 hour ago',
    '2 days ago',
    'in 5 hours',
    'in less than a minute',
  ]);
  t.is(timeText(1_700_000_000_000), '2023-11-14 22:13:20 UTC');
  t.deepEqual([90_000, HOUR, 36 * HOUR].map(lengthText), ['90 seconds', '1 hour', '36 hours']);
  t.deepEqual(['15m', ' 8h ', '7d', 'once', '0h', '1y'].map(parseLength), [15 * MINUTE, 8 * HOUR, 168 * HOUR, undefined, undefined, undefined]);
});

const access = (service: string, target: string, since: number) => ({ kind: 'access', service, target, since, seq: 1, description: null, format: null, pattern: null }) as unknown as InboxItem;
const missing = (path: string, since: number) => ({ kind: 'missing', service: 'shop', path, since, seq: 1, description: null, format: null, pattern: null }) as unknown as InboxItem;

test('the longest wait stands first, and a missing value is part of the request for it', (t) => {
  const cards = cardsOf([access('b', 'x/B', 30), missing('x/B', 31), missing('x/C', 10), access('a', 'x/A', 20)]);
  t.deepEqual(cards.map(cardTitle), ['x/C has no value', 'a asks to read x/A', 'b asks to read x/B']);
  t.deepEqual(cards.map((card) => card.kind === 'access' && card.missing), [false, false, true]);
  t.deepEqual(cards.map(cardSubject), ['x/C', 'a for x/A', 'b for x/B']);
});

test('a card tells who asks: its own credential or those of the service, and how many others there are', (t) => {
  const [one, other] = [{ fingerprint: 'one', client: null }, { fingerprint: 'other', client: { name: 'test', version: '1' } }];
  const cardOf = (kind: Card['kind'], more: object) => ({ kind, of: { service: 'shop', ...more } }) as unknown as Card;
  const cards = [cardOf('credential', one), cardOf('access', { credentials: [one, other] }), cardOf('missing', { credentials: [], others: 1 }), cardOf('missing', { credentials: [other], others: 3 }), cardOf('mismatch', {})];
  t.deepEqual(cards.map((card) => cardCredentials(card).map(({ fingerprint }): string => fingerprint)), [['one'], ['one', 'other'], [], ['other'], []]);
  t.deepEqual(cards.map(cardService), ['shop', 'shop', 'shop and 1 other', 'shop and 3 others', 'shop']);
});

test('another version of a value, or another expectation, is another mismatch', (t) => {
  const check = { service: 'shop', kind: 'format', wanted: 'url', fits: false };
  const keyOf = (changed: object) => mismatchKey({ kind: 'mismatch', of: { path: 'x/A', version: 2, checks: [check], seq: 9, ...changed } } as unknown as Extract<Card, { kind: 'mismatch' }>);
  t.is(keyOf({}), keyOf({ seq: 10 }));
  for (const changed of [{ path: 'x/B' }, { version: 3 }, { checks: [{ ...check, wanted: 'uuid' }] }]) t.not(keyOf({}), keyOf(changed));
});

test('after a card the one that takes its place is looked at', (t) => {
  t.is(nextAfter(['a', 'b', 'c'], ['a', 'c'], 'b'), 'c');
  t.is(nextAfter(['a', 'b', 'c'], ['a', 'b'], 'c'), 'b');
  t.is(nextAfter(['a', 'b'], ['b', 'd'], 'b'), 'b');
  t.is(nextAfter(['a'], [], 'a'), undefined);
});

test('a grant is what was chosen, of a path or of all under a prefix', (t) => {
  const chosen = { service: 'shop', target: 'prod/shop/', seen: 4, reason: ' ' };
  t.like(grantOf({ ...chosen, term: '8h' }), { operation: 'access.grant', target: 'prod/shop/', seen: 4, duration: 8 * HOUR, once: false, reason: null });
  t.like(grantOf({ ...chosen, term: 'once', reason: 'deploy' }), { duration: null, once: true, reason: 'deploy' });
  t.deepEqual((['always', 'once', '8h'] as const).map((term) => grantText({ ...chosen, term })), [
    'shop may read everything under prod/shop/',
    'shop may read everything under prod/shop/ once',
    'shop may read everything under prod/shop/ for 8 hours',
  ]);
});

const press = { key: 'a', repeat: false, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, typing: false };
test('keys do something only where nobody types and the browser has no use for them', (t) => {
  t.is(shortcutKey(press), 'a');
  for (const other of [{ typing: true }, { ctrlKey: true }, { metaKey: true }, { altKey: true }, { defaultPrevented: true }, { key: 'Enter' }]) t.is(shortcutKey({ ...press, ...other }), undefined);
  t.deepEqual(['a', 'd', 'j', 'k'].map((key) => shortcutKey({ ...press, key, repeat: true })), [undefined, undefined, 'j', 'k']);
  t.true(takesText('TEXTAREA', false) && takesText('DIV', true));
  t.false(takesText('BUTTON', false));
  t.deepEqual([chord('g', 'i'), chord('x', 'i'), chord(undefined, 'g')], ['g i', 'i', 'g']);
});

test('namespaces are a tree', (t) => {
  const tree = treeOf(['prod/shop', 'prod', 'prod/shop/eu', 'staging/shop']);
  t.deepEqual(tree.map(({ prefix, isNamespace }) => [prefix, isNamespace]), [['prod/', true], ['staging/', false]]);
  t.deepEqual(tree[0]?.children.map(({ prefix }) => prefix), ['prod/shop/']);
  t.deepEqual(tree[0]?.children[0]?.children.map(({ prefix }) => prefix), ['prod/shop/eu/']);
  t.true(isPath('prod/A') && !isPath('prod') && !isPath('prod/../A'));
  t.is(String(namespacePrefix('prod/shop/A')), 'prod/shop/');
});

test('a value is counted in bytes, and only its last line break is offered to be cut', (t) => {
  t.is(sizeText('ä\nb\n'), '5 bytes in 3 lines');
  t.is(sizeText('x'), '1 byte');
  t.true(endsInLineBreak('a\n'));
  t.deepEqual(['a\n\n', 'a\r\n', 'a'].map(withoutLastBreak), ['a\n', 'a', 'a']);
});

test('reads of all services are bars', (t) => {
  const { bars, allowed, refused, most } = barsOf({ from: 100 as never, step: 10 as never, buckets: 3 as never, items: [{ service: 'a', allowed: [1, 0, 2], refused: [0, 0, 1] }, { service: null, allowed: [4, 0, 0], refused: [0, 0, 0] }] as never });
  t.deepEqual(bars[0], { from: 100, allowed: 5, refused: 0, services: ['a', 'others'] });
  t.deepEqual([bars[2]?.from, allowed, refused, most], [120, 7, 1, 5]);
});

test('lines of the audit log are told in words', (t) => {
  const line = { about: { path: 'prod/A', version: 3, once: true, duration: HOUR }, reason: 'spent', note: 'for the deploy' } as never;
  t.is(aboutText(line), 'prod/A version 3');
  t.is(moreText(line), 'spent · once · for 1 hour · for the deploy');
  t.is(fieldTime(''), undefined);
  t.is(fieldTime('1970-01-02T00:01'), 86_460_000);
  t.deepEqual([0, 812, 48_300_112].map(bytesText), ['0 bytes', '812 bytes', '46.1 MiB']);
});
