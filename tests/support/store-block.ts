/** One message in a nats-server's store, altered as someone can who has the disk and knows the format: the server finds nothing wrong with it. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { highwayHash64 } from './highway.ts';

// length (4, highest bit: it has headers) · sequence (8) · time (8) · length of the subject (2) · subject · [length of the headers (4) · headers] · data · hash (8); little-endian
const HEAD = 22;
const HASH = 8;
const HAS_HEADERS = 0x8000_0000;

type Found = { readonly start: number; readonly dataAt: number; readonly end: number; readonly hashed: ReadonlyArray<Uint8Array> };

/** The message of a sequence in a block, if it is there. */
const findIn = (block: Buffer, seq: number): Found | undefined => {
  for (let start = 0; start + HEAD <= block.length; ) {
    const marked = block.readUInt32LE(start);
    const hasHeaders = (marked & HAS_HEADERS) !== 0;
    const end = start + (marked & ~HAS_HEADERS);
    if (block.readBigUInt64LE(start + 4) === BigInt(seq)) {
      const subjectEnd = start + HEAD + block.readUInt16LE(start + 20);
      const headersAt = hasHeaders ? subjectEnd + 4 : subjectEnd;
      const dataAt = hasHeaders ? headersAt + block.readUInt32LE(subjectEnd) : subjectEnd;
      return { start, dataAt, end: end - HASH, hashed: [block.subarray(start + 4, start + 20), block.subarray(start + HEAD, subjectEnd), block.subarray(headersAt, end - HASH)] };
    }
    start = end;
  }
  return undefined;
};

const keyOf = (stream: string, index: string): Uint8Array => createHash('sha256').update(`${stream}-${index}`).digest();

export type Altered = { readonly storeDir: string; readonly stream: string; readonly seq: number };

/**
 * Changes the data of one message of a stopped server, hash and all; sequence, time, headers and length stay.
 * @param change gives text of the same length
 */
export const alterMessage = async ({ storeDir, stream, seq }: Altered, change: (data: string) => string): Promise<void> => {
  const folder = join(storeDir, 'jetstream', '$G', 'streams', stream, 'msgs');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.blk'))) {
    const block = await readFile(join(folder, name));
    const found = findIn(block, seq);
    if (found === undefined) continue;
    const key = keyOf(stream, name.replace('.blk', ''));
    const hash = (): bigint => highwayHash64(key, Buffer.concat(found.hashed));
    if (block.readBigUInt64LE(found.end) !== hash()) throw new Error('the store has another format than this knows');
    const before = block.toString('utf8', found.dataAt, found.end);
    if (block.write(change(before), found.dataAt) !== before.length) throw new Error('another length');
    block.writeBigUInt64LE(hash(), found.end);
    await writeFile(join(folder, name), block);
    // What the server remembers of its blocks; without it, it reads them.
    await rm(join(folder, 'index.db'), { force: true });
    return;
  }
  throw new Error(`no message ${seq}`);
};
