/** A client for tests: no service, no connection, values that the test sets, and in all else the real one. */
import { orThrow } from '../connect.ts';
import type { OnError } from '../handlers.ts';
import { wishesIn, type KeyOf, type Wishes } from '../schema.ts';
import { typedClient, type SecretsClient } from '../typed.ts';
import { fakeSource } from './fake-source.ts';

export type FakeSecrets<W extends Wishes> = SecretsClient<W> & {
  /** Writes a new version, which handlers of `onChange` are called with and those who wait are given. */
  readonly set: (key: KeyOf<W>, value: string) => void;
  /** From now on as if there were no value, or no access; `set` gives it back. */
  readonly refuse: (key: KeyOf<W>) => void;
};

type AnyKey = { readonly [key in string]: string };
/** `onError` is told what the real client tells; else nobody is. */
type FakeOptions = { readonly onError?: OnError };

/**
 * A fake client with these values. With a schema it is of the very type that `createSecretsClient` gives for it, and may lack
 * values; without one every key that it is given is required.
 */
export const fakeSecrets: {
  <const V extends AnyKey>(values: V, options?: FakeOptions): FakeSecrets<{ readonly [K in keyof V]: string }>;
  <const W extends Wishes>(values: { readonly [K in KeyOf<W>]?: string }, options: FakeOptions & { readonly schema: W }): FakeSecrets<W>;
} = (values: Readonly<Record<string, string | undefined>>, { schema, onError = () => undefined }: FakeOptions & { readonly schema?: Wishes } = {}): never => {
  const { source, set, refuse } = fakeSource();
  const wishes = orThrow(wishesIn(schema ?? Object.fromEntries(Object.keys(values).map((key) => [key, ''])), 'fake'));
  for (const [key, value] of Object.entries(values)) if (value !== undefined) set(key, value);
  return { ...typedClient({ wishes, source, onError }), set, refuse } as never;
};
