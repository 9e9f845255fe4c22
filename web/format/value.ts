/** What is typed or pasted as a value, before it is sent. */
import { refusedHere, type ApiError } from '../api/failure.ts';

/** As in `crypto/value.ts`, which would bring libsodium along. */
export const VALUE_BYTES_MAX = 65_536;

const encoder = new TextEncoder();

/** The bytes of a text. A value is kept exactly as it is. */
export const valueBytes = (text: string): Uint8Array => encoder.encode(text);

export const valueTooLarge = (bytes: number): ApiError =>
  refusedHere('too_large', `the value has ${bytes} bytes`, `a value has at most ${VALUE_BYTES_MAX} bytes (64 KiB)`);

/** Whether a text ends in a line break, which copying a line often brings along. */
export const endsInLineBreak = (text: string): boolean => text.endsWith('\n');

/** The same without it. */
export const withoutLastBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** What can be said of a value without showing it. */
export const sizeText = (text: string): string => {
  const bytes = valueBytes(text).length;
  const lines = text.split('\n').length;
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}${lines > 1 ? ` in ${lines} lines` : ''}`;
};
