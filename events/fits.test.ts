import test from 'ava';
import fc from 'fast-check';
import * as t from 'io-ts';
import { newHistory, OPERATOR_KEY, SEALED } from '../tests/support/history.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from '../tests/support/names.ts';
import { AdminCommand, ReplicaCommand, ServiceCommand } from './command.ts';
import { Event } from './event.ts';
import { decoded, fits } from './fits.ts';
import { ReadAttempt, RefusalCount } from './read/read.ts';
import { Made, Origin, ReadRecord, StateRecord, Statement } from './record.ts';

/** Every codec of what a log holds, by its name. */
const CODECS: ReadonlyArray<t.Mixed> = [
  ...Event.types,
  ...AdminCommand.types,
  ...ReplicaCommand.types,
  ServiceCommand,
  ...Origin.types,
  ...[Made, Statement, ReadAttempt, RefusalCount, StateRecord, ReadRecord, Event, AdminCommand, Origin],
];

const text = 'prod/shop/KEY';
const CONSTANTS: ReadonlyArray<unknown> = [
  ...[null, true, false, 0, 1, 7, -1, 0.5, 2 ** 53, '', 'é', text, 'prod/shop/', 'prod', 'billing', 'root', 'token', 'admin', 'writer', 'state', 'word', 'uri', 'pattern'],
  ...[idOf(1), digestOf(1), fingerprintOf(1), keyPairOf(1).publicKey, 'A'.repeat(86), 'A'.repeat(32), SEALED, undefined, [], {}],
  ...[[idOf(1)], { seq: 1, id: idOf(1) }, { name: 'a', version: '1' }, { id: idOf(2), wrappedBy: OPERATOR_KEY }, { seq: 0, hash: digestOf(3) }],
];
const leaves = fc.oneof(fc.constantFrom<unknown[]>(...CONSTANTS), fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 2 }));

type Known = { readonly _tag: string; readonly type?: t.Mixed; readonly props?: Readonly<Record<string, t.Mixed>>; readonly value?: unknown; readonly types?: ReadonlyArray<t.Mixed>; readonly keys?: object };
const known = (codec: t.Mixed): Known => codec as unknown as Known;

/** One of the constants that the codec takes. */
const taken = (codec: t.Mixed): fc.Arbitrary<unknown> => fc.constantFrom<unknown[]>(...CONSTANTS.filter((one): boolean => codec.is(one)));

/** Values that a codec takes, or nearly. */
const of = (codec: t.Mixed): fc.Arbitrary<unknown> => {
  const { _tag, type, props, value, types, keys } = known(codec);
  if (_tag === 'ExactType' && type !== undefined) return of(type);
  if (_tag === 'InterfaceType' && props !== undefined) return fc.record(Object.fromEntries(Object.entries(props).map(([name, one]) => [name, of(one)])));
  if (_tag === 'UnionType' && types !== undefined) return fc.oneof(...types.map(of));
  if (_tag === 'ReadonlyArrayType' && type !== undefined) return fc.array(of(type), { maxLength: 3 });
  if (_tag === 'LiteralType') return fc.constant(value);
  if (_tag === 'KeyofType' && keys !== undefined) return fc.constantFrom(...Object.keys(keys));
  return taken(codec);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Somewhere in it something is more, less or otherwise. */
const spoilt = (value: unknown): fc.Arbitrary<unknown> => {
  if (Array.isArray(value) && value.length > 0) return fc.nat(value.length - 1).chain((at) => spoilt(value[at]).map((one): ReadonlyArray<unknown> => value.with(at, one)));
  if (!isObject(value) || Object.keys(value).length === 0) return leaves;
  return fc.constantFrom(...Object.keys(value)).chain((name) => {
    const { [name]: inner, ...rest } = value;
    return fc.oneof(
      fc.constant(rest),
      leaves.map((more) => ({ ...value, more })),
      leaves.map((other) => ({ ...value, [name]: other })),
      { weight: 4, arbitrary: spoilt(inner).map((one) => ({ ...rest, [name]: one })) },
    );
  });
};

/** What fits is what decoding gives back; what decoding gives back as it was, fits. */
const agrees = (t: { readonly deepEqual: (a: unknown, b: unknown, message?: string) => unknown; readonly is: (a: unknown, b: unknown, message?: string) => unknown }, codec: t.Mixed, value: unknown): void => {
  const result = codec.decode(value);
  const given = result._tag === 'Right' ? (result.right as unknown) : undefined;
  t.deepEqual(decoded(codec, value), given, codec.name);
  const same = result._tag === 'Right' && JSON.stringify(given) === JSON.stringify(value);
  t.is(fits(codec, value), same, `${codec.name} ${JSON.stringify(value)}`);
};

for (const codec of CODECS) {
  const some = of(codec);
  test(`what fits ${codec.name} is what it decodes to itself`, (t) => {
    let right = 0;
    fc.assert(
      fc.property(some, (value) => {
        if (codec.is(value)) right += 1;
        agrees(t, codec, JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 40 },
    );
    t.true(right > 0, `nothing that ${codec.name} takes was tried`);
  });
  test(`what is not quite ${codec.name} is taken or refused alike`, (t) => {
    fc.assert(
      fc.property(some.chain(spoilt), (value) => agrees(t, codec, JSON.parse(JSON.stringify(value ?? null)))),
      { numRuns: 80 },
    );
  });
}

test('records of a history fit as they are', (t) => {
  const history = newHistory();
  history.write(text);
  const credential = history.approved('billing');
  history.grant('billing', 'prod/');
  history.replica('key.add', { key: { id: idOf(77), purpose: 'box', public: null, signature: null } }, { made: { key: { id: idOf(77), wrappedBy: OPERATOR_KEY } } });
  history.read({ service: 'billing', credential, paths: [text] });
  for (const { subject, data } of history.messages) {
    const value: unknown = JSON.parse(new TextDecoder().decode(data));
    t.true(history.subjects.isState(subject) ? fits(StateRecord, value) : fits(ReadRecord, value), subject);
  }
});

const partial = t.partial({ a: t.number });

test('a kind of codec that is not known here is left to the codec', (t) => {
  t.false(fits(partial, { a: 1 }));
  t.deepEqual(decoded(partial, { a: 1, b: 2 }), { a: 1, b: 2 });
  t.is(decoded(partial, { a: 'x' }), undefined);
});

test('of several objects put together, or one of which anything may be left out, decoding has the word', (test) => {
  const several = t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.string })]));
  const maybe = t.exact(t.partial({ b: t.string }));
  for (const value of [{}, { a: 'a' }, { a: 'a', b: 'b' }, { b: 1 }]) {
    test.is(decoded(several, value) !== undefined, several.is(value), JSON.stringify(value));
    test.is(decoded(maybe, value) !== undefined, maybe.is(value), JSON.stringify(value));
  }
});
