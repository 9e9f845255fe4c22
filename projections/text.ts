/**
 * The text of an entry: JSON with names in their order, so that it is the same however the entry came about, and of what the
 * codec names alone. A codec is looked at once, not again with every entry.
 */
import type * as t from 'io-ts';
import { onceFor, propsOf } from '../events/fits.ts';

type Text = (value: unknown) => string;

/** The parts of io-ts's own codecs that this looks at. */
type Known =
  | { readonly _tag: 'ExactType' }
  | { readonly _tag: 'RefinementType' | 'ArrayType' | 'ReadonlyArrayType'; readonly type: t.Mixed }
  | { readonly _tag: 'UnionType'; readonly types: ReadonlyArray<t.Mixed> }
  | { readonly _tag: 'StringType' | 'NumberType' | 'BooleanType' | 'NullType' | 'LiteralType' | 'KeyofType' };

const plain: Text = (value) => (Number.isSafeInteger(value) ? String(value) : JSON.stringify(value));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const object = (codec: t.Mixed): Text => {
  const props = Object.entries(propsOf(codec)).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = props.map(([name, of], i) => ({ name, before: `${i === 0 ? '' : ','}${JSON.stringify(name)}:`, text: textOf(of) }));
  return (value) => {
    const found = value as Readonly<Record<string, unknown>>;
    let all = '{';
    for (const { name, before, text } of parts) all += before + text(found[name]);
    return `${all}}`;
  };
};

const array = (codec: t.Mixed): Text => {
  const text = textOf(codec);
  // The text is the same, made at once.
  if (text === plain) return (value) => JSON.stringify(value);
  return (value) => `[${(value as ReadonlyArray<unknown>).map(text).join(',')}]`;
};

/** Of objects, the member with the most names that are all there. */
const union = (types: ReadonlyArray<t.Mixed>): Text => {
  const members = types
    .map((codec) => ({ names: Object.keys(propsOf(codec)), text: textOf(codec) }))
    .filter(({ names }) => names.length > 0)
    .sort((a, b) => b.names.length - a.names.length);
  return (value) => {
    if (!isObject(value)) return plain(value);
    const member = members.find(({ names }) => names.every((name) => Object.hasOwn(value, name)));
    if (member === undefined) throw new TypeError('an entry is of no kind that its codec knows');
    return member.text(value);
  };
};

const made = (codec: t.Mixed): Text => {
  const known = codec as unknown as Known;
  switch (known._tag) {
    case 'ExactType':
      return object(codec);
    case 'RefinementType':
      return textOf(known.type);
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return array(known.type);
    case 'UnionType':
      return union(known.types);
    case 'StringType':
    case 'NumberType':
    case 'BooleanType':
    case 'NullType':
    case 'LiteralType':
    case 'KeyofType':
      return plain;
    default:
      throw new TypeError(`nothing is written as ${codec.name}`);
  }
};

/** Throws a TypeError for a codec whose values are written otherwise than they are, or that lets other names through. */
const textOf = onceFor(made);

/** The stored text of an entry. Throws a TypeError for what is of no member of a union of objects. */
export const encodeEntry = <E>(codec: t.Type<E, unknown>, entry: E): string => textOf(codec)(entry);
