/** What the path and the query string of a URL say, which is text alone: read as what the codec of each field wants. */
import type * as t from 'io-ts';
import type { Params } from './route.ts';

type Known = { readonly _tag: string; readonly type: t.Mixed; readonly types: ReadonlyArray<t.Mixed> };

const COUNTS = /^-?\d{1,16}$/;

/** A text that is not what the codec wants stays as it is: then decoding says so. */
export const fromText = (codec: t.Mixed, text: string): unknown => {
  const { _tag, type, types } = codec as unknown as Known;
  switch (_tag) {
    case 'RefinementType':
      return fromText(type, text);
    case 'UnionType':
      return types.map((one) => fromText(one, text)).find((read) => typeof read !== 'string') ?? text;
    case 'NumberType':
      return COUNTS.test(text) ? Number(text) : text;
    case 'BooleanType':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
};

/** A segment that names more than one thing, taken apart; undefined if it names less. */
const parts = (names: ReadonlyArray<string>, text: string): ReadonlyArray<readonly [string, string]> | undefined => {
  const found: Array<readonly [string, string]> = [];
  let rest = text;
  for (const name of names.slice(0, -1)) {
    const at = rest.indexOf(':');
    if (at === -1) return undefined;
    found.push([name, rest.slice(0, at)]);
    rest = rest.slice(at + 1);
  }
  return [...found, [names.at(-1) ?? '', rest]];
};

/** What the segments of a path name; undefined where a segment does not name all that it should. */
export const namedBy = (params: Params, segments: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined => {
  const found = Object.entries(params).map(([segment, names]) => parts(names, segments[segment] ?? ''));
  return found.some((one) => one === undefined) ? undefined : Object.fromEntries(found.flatMap((one) => one ?? []));
};
