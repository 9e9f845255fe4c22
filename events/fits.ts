/**
 * Whether something is exactly what a codec describes, quickly. Decoding by io-ts makes a context, a result and a copy at every
 * step of the way down, which is most of the time that a fold takes. What already is in its final form needs none of them.
 */
import type * as t from 'io-ts';

type Fits = (value: unknown) => boolean;
type Properties = Readonly<Record<string, unknown>>;

/** The parts of io-ts's own codecs, and of `orAbsent`, that this looks at; they are public, but not in the type of a codec in general. */
type Known =
  | { readonly _tag: 'ExactType' | 'ReadonlyArrayType' | 'AbsentType'; readonly type: t.Mixed }
  | { readonly _tag: 'RefinementType'; readonly type: t.Mixed; readonly predicate: Fits }
  | { readonly _tag: 'InterfaceType'; readonly props: Readonly<Record<string, t.Mixed>> }
  | { readonly _tag: 'UnionType'; readonly types: ReadonlyArray<t.Mixed> }
  | { readonly _tag: 'LiteralType'; readonly value: unknown }
  | { readonly _tag: 'UnknownType' | 'StringType' | 'NumberType' | 'BooleanType' | 'NullType' | 'KeyofType' | 'other' };

const isObject = (value: unknown): value is Properties => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each property is there and fits, and there are no others: decoding would take those away. JSON has none that are inherited. */
const object = (props: Readonly<Record<string, t.Mixed>>): Fits => {
  const each = new Map(Object.entries(props).map(([name, codec]) => [name, fitsOf(codec)]));
  return (value) => {
    if (!isObject(value)) return false;
    let found = 0;
    for (const name in value) {
      const fits = each.get(name);
      if (fits === undefined || !fits(value[name])) return false;
      found += 1;
    }
    return found === each.size;
  };
};

/** The properties of a codec of objects; none of any other. */
export const propsOf = (codec: t.Mixed): Readonly<Record<string, t.Mixed>> => {
  const known = codec as unknown as Known;
  if (known._tag === 'InterfaceType') return known.props;
  return known._tag === 'ExactType' ? propsOf(known.type) : {};
};

const literalOf = (codec: t.Mixed | undefined): unknown => {
  const known = codec as unknown as Known | undefined;
  return known?._tag === 'LiteralType' ? known.value : undefined;
};

/** The property that tells the members of a union apart: a literal in each, another one each time. */
const tagOf = (types: ReadonlyArray<t.Mixed>): string | undefined =>
  Object.keys(propsOf(types[0] as t.Mixed)).find((name) => {
    const values = types.map((type) => literalOf(propsOf(type)[name]));
    return !values.includes(undefined) && new Set(values).size === types.length;
  });

const union = (types: ReadonlyArray<t.Mixed>): Fits => {
  const tag = tagOf(types);
  if (tag === undefined) {
    const each = types.map(fitsOf);
    return (value) => each.some((fits) => fits(value));
  }
  const byTag = new Map(types.map((type) => [literalOf(propsOf(type)[tag]), fitsOf(type)]));
  return (value) => isObject(value) && (byTag.get(value[tag])?.(value) ?? false);
};

const array = (codec: t.Mixed): Fits => {
  const fits = fitsOf(codec);
  return (value) => Array.isArray(value) && value.every((one) => fits(one));
};

const made = (codec: t.Mixed): Fits => {
  const known = codec as unknown as Known;
  switch (known._tag) {
    case 'ExactType':
      // Of several objects put together, or one of which anything may be left out, only decoding knows.
      return (known.type as unknown as Known)._tag === 'InterfaceType' ? object(propsOf(codec)) : () => false;
    case 'RefinementType': {
      const base = fitsOf(known.type);
      return (value) => base(value) && known.predicate(value);
    }
    case 'AbsentType':
      return fitsOf(known.type);
    case 'UnionType':
      return union(known.types);
    case 'ReadonlyArrayType':
      return array(known.type);
    case 'UnknownType':
      return () => true;
    case 'StringType':
      return (value) => typeof value === 'string';
    case 'NumberType':
      return (value) => typeof value === 'number';
    case 'LiteralType':
      return (value) => value === known.value;
    case 'NullType':
      return (value) => value === null;
    case 'BooleanType':
    case 'KeyofType':
      return (value) => codec.is(value);
    default:
      return () => false;
  }
};

/** What is made of a codec, made once for each: a codec is looked at once, not with every value. */
export const onceFor = <A extends object>(make: (codec: t.Mixed) => A): ((codec: t.Mixed) => A) => {
  const cache = new WeakMap<t.Mixed, A>();
  return (codec) => {
    const known = cache.get(codec);
    if (known !== undefined) return known;
    const made = make(codec);
    cache.set(codec, made);
    return made;
  };
};

const fitsOf = onceFor(made);

/** Whether decoding would succeed and give back the same. False says nothing: then the codec has to be asked. */
export const fits = <A>(codec: t.Type<A, unknown>, value: unknown): value is A => fitsOf(codec)(value);

/**
 * What the codec decodes a value to, undefined if it is none of its kind. The value itself where it is so already.
 * @param value something that JSON can say
 */
export const decoded = <A>(codec: t.Type<A, unknown>, value: unknown): A | undefined => {
  if (fits(codec, value)) return value;
  const result = codec.decode(value);
  return result._tag === 'Right' ? result.right : undefined;
};
