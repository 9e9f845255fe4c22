/**
 * Tar files (POSIX ustar) of small regular files, written and read as they flow: `tar x` opens what is written here. Reading
 * takes what was written here and nothing else.
 */
import { failure, Interrupted } from '../failure.ts';

export type Entry = { readonly name: string; readonly data: Uint8Array };

const BLOCK = 512;
/** The most that one entry may hold: it is in memory as a whole. */
export const ENTRY_BYTES_MAX = 4 * 1024 * 1024;
const NAME_BYTES_MAX = 100;
const CHECKSUM = { at: 148, length: 8 };

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

const checksumOf = (header: Buffer): number =>
  header.reduce((sum, byte, at) => sum + (at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length ? 0x20 : byte), 0);

const headerOf = ({ name, data }: Entry): Buffer => {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX || data.length > ENTRY_BYTES_MAX) throw new RangeError('too large for an entry');
  const header = Buffer.alloc(BLOCK);
  const fields: ReadonlyArray<readonly [at: number, text: string]> = [
    [0, name],
    [100, octal(0o600, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(data.length, 11)],
    [136, octal(0, 11)],
    [156, '0'],
    [257, 'ustar\x0000'],
  ];
  for (const [at, text] of fields) header.write(text, at, 'latin1');
  header.write(`${octal(checksumOf(header), 6)} `, CHECKSUM.at, 'latin1');
  return header;
};

const padding = (length: number): number => (BLOCK - (length % BLOCK)) % BLOCK;

/** The bytes of an entry. */
export const packed = (entry: Entry): Uint8Array => Buffer.concat([headerOf(entry), entry.data, Buffer.alloc(padding(entry.data.length))]);

/** What ends a tar file. */
export const END_OF_TAR: Uint8Array = Buffer.alloc(2 * BLOCK);

const notOurs = (): Interrupted => new Interrupted(failure('config', 'what is inside is not a backup of jetlock', 'name a file that jetlock backup has written'));

const readerOf = (chunks: AsyncIterable<Uint8Array>) => {
  const source = chunks[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  /** The next `length` bytes, which must be there. */
  const read = async (length: number): Promise<Buffer> => {
    const parts = [held];
    for (let have = held.length; have < length; ) {
      const next = await source.next();
      if (next.done === true) throw notOurs();
      parts.push(next.value);
      have += next.value.length;
    }
    const all = Buffer.concat(parts);
    held = all.subarray(length);
    return all.subarray(0, length);
  };
  /** Whatever is left: whether the source is whole shows at its end only. */
  const drain = async (): Promise<void> => {
    while ((await source.next()).done !== true);
  };
  const close = async (): Promise<void> => {
    await source.return?.();
  };
  return { read, drain, close };
};

const textAt = (header: Buffer, at: number, length: number): string => header.toString('latin1', at, at + length).replace(/[\0 ].*$/s, '');

const sizeIn = (header: Buffer): number => {
  const size = Number.parseInt(textAt(header, 124, 12), 8);
  if (Number.parseInt(textAt(header, CHECKSUM.at, CHECKSUM.length), 8) !== checksumOf(header) || !(size <= ENTRY_BYTES_MAX)) throw notOurs();
  return size;
};

/** The entries of a tar file, one after the other, then the rest of what it came in; fails with `Interrupted` where it is none of ours. */
export async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const { read, drain, close } = readerOf(chunks);
  try {
    for (let header = await read(BLOCK); header.some((byte) => byte !== 0); header = await read(BLOCK)) {
      const size = sizeIn(header);
      const data = await read(size + padding(size));
      yield { name: textAt(header, 0, NAME_BYTES_MAX), data: data.subarray(0, size) };
    }
    await drain();
  } finally {
    await close();
  }
}
