/** Small helpers that every family of events and commands is written with. */
import * as t from 'io-ts';

/** Nothing is left out of a record: what is not there is `null`. */
export const orNull = <C extends t.Mixed>(codec: C) => t.union([codec, t.null], `${codec.name} | null`);

/** The same, and what is left out is `null`: others may be of a version that does not know of it. `_tag` and `type` are for `fits`. */
export const orAbsent = <A>(codec: t.Type<A, A>) => {
  const type = orNull(codec);
  const validate: t.Validate<unknown, A | null> = (value, context) => (value === undefined ? t.success(null) : type.validate(value, context));
  return Object.assign(new t.Type<A | null, A | null>(type.name, type.is, validate, t.identity), { _tag: 'AbsentType', type } as const);
};

/** An event: its type and version first, then what happened. A changed meaning is a new version, never a changed codec. */
export const event = <T extends string, P extends t.Props>(type: T, props: P) =>
  t.strict({ type: t.literal(type), v: t.literal(1), ...props }, type);

/** A command: the operation, then its arguments. */
export const command = <T extends string, P extends t.Props>(operation: T, props: P) =>
  t.strict({ operation: t.literal(operation), ...props }, operation);
