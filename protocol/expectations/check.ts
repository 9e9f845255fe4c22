/** Whether a value has the format and the pattern that a service expects. It may be expected by anyone: it never throws, and ends soon. */
import { fromUtf8 } from '../../crypto/bytes.ts';
import { unchecked, type Check, type Expectation, type Format } from '../../events/expectation.ts';
import type { ServiceName } from '../../events/vocabulary.ts';
import { formats } from './formats.ts';
import { hasPattern } from './pattern.ts';

const textOf = (value: Uint8Array): string | undefined => {
  try {
    return fromUtf8(value);
  } catch {
    return undefined;
  }
};

/** @returns null where that cannot be told */
export const fits = async ({ kind, wanted }: Pick<Check, 'kind'> & { readonly wanted: string }, text: string): Promise<boolean | null> =>
  kind === 'format' ? formats[wanted as Format](text) : hasPattern(wanted, text);

/** One for each thing that is expected; bytes that are no text have neither a format nor a pattern. */
export const checkValue = async (service: ServiceName, expected: Expectation, value: Uint8Array): Promise<ReadonlyArray<Check>> => {
  const text = textOf(value);
  return Promise.all(unchecked(service, expected).map(async (check) => ({ ...check, fits: text === undefined ? false : await fits(check, text) })));
};
