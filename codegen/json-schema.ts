/** A codec as JSON Schema (2020-12): what it says of shapes. Where it asks a function, the name of the codec says what for. */
import type * as t from 'io-ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** Schemas that have a name, by it: found while others are made, each once. */
export type Named = Map<string, { readonly codec: t.Mixed; schema: JsonSchema }>;

type Known = {
  readonly _tag: string;
  readonly type: t.Mixed;
  readonly types: ReadonlyArray<t.Mixed>;
  readonly codomain: t.Mixed;
  readonly props: Readonly<Record<string, t.Mixed>>;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly value: unknown;
};
const known = (codec: t.Mixed): Known => codec as unknown as Known;

const isUndefined = (codec: t.Mixed): boolean => known(codec)._tag === 'UndefinedType';

/** What may be left out, and what must be there. */
type Fields = { readonly properties: Readonly<Record<string, t.Mixed>>; readonly required: ReadonlyArray<string> };

const fieldsOf = (codec: t.Mixed): Fields | undefined => {
  const { _tag, type, types, props } = known(codec);
  if (_tag === 'ExactType') return fieldsOf(type);
  if (_tag === 'PartialType') return { properties: props, required: [] };
  if (_tag === 'InterfaceType') return { properties: props, required: Object.keys(props).filter((name) => props[name]?.is(undefined) !== true || known(props[name])._tag === 'UnknownType') };
  if (_tag !== 'IntersectionType') return undefined;
  const parts = types.map(fieldsOf);
  if (parts.includes(undefined)) return undefined;
  return { properties: Object.assign({}, ...parts.map((part) => part?.properties)) as Fields['properties'], required: parts.flatMap((part) => part?.required ?? []) };
};

const object = ({ properties, required }: Fields, named: Named): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, codec]) => [name, schemaOf(codec, named)])),
  ...(required.length === 0 ? {} : { required }),
  additionalProperties: false,
});

const union = (types: ReadonlyArray<t.Mixed>, named: Named): JsonSchema => {
  const schemas = types.filter((type) => !isUndefined(type)).map((type) => schemaOf(type, named));
  return schemas.length === 1 ? (schemas[0] ?? {}) : { anyOf: schemas };
};

/** Ours have whole numbers alone, from 0 or from 1; the codec itself says which. */
const number = (codec: t.Mixed): JsonSchema => {
  if (codec.is(0.5)) return { type: 'number' };
  const minimum = [0, 1].find((least) => codec.is(least) && !codec.is(least - 1));
  return { type: 'integer', ...(minimum === undefined ? {} : { minimum }) };
};

const refined = (codec: t.Mixed, named: Named): JsonSchema => {
  const { type } = known(codec);
  return known(type)._tag === 'NumberType' ? number(codec) : bare(type, named);
};

const bare = (codec: t.Mixed, named: Named): JsonSchema => {
  const { _tag, type, types, codomain, keys, value } = known(codec);
  const fields = fieldsOf(codec);
  if (fields !== undefined) return object(fields, named);
  switch (_tag) {
    case 'RefinementType':
      return refined(codec, named);
    case 'UnionType':
      return union(types, named);
    case 'ArrayType':
    case 'ReadonlyArrayType':
      return { type: 'array', items: schemaOf(type, named) };
    case 'DictionaryType':
      return { type: 'object', additionalProperties: schemaOf(codomain, named) };
    case 'KeyofType':
      return { enum: Object.keys(keys) };
    case 'LiteralType':
      return { const: value };
    case 'StringType':
      return { type: 'string' };
    case 'NumberType':
      return { type: 'number' };
    case 'BooleanType':
      return { type: 'boolean' };
    case 'NullType':
      return { type: 'null' };
    default:
      return {};
  }
};

const NAME = /^[A-Z][A-Za-z]*$/;

/** The schema of a codec; of one with a name a reference to it, which is then among those that are named. */
export const schemaOf = (codec: t.Mixed, named: Named): JsonSchema => {
  const { name } = codec;
  if (!NAME.test(name) || name === 'Array') return bare(codec, named);
  const found = named.get(name);
  if (found === undefined) {
    const entry = { codec, schema: {} as JsonSchema };
    named.set(name, entry);
    entry.schema = bare(codec, named);
  } else if (found.codec !== codec) return bare(codec, named);
  return { $ref: `#/components/schemas/${name}` };
};
