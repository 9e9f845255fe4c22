/** What binds the messages of the log: a MAC on each, and one hash that rolls over all. */
import type { Digest } from '../events/vocabulary.ts';
import { fromBase64, toBase64 } from './bytes.ts';
import { passingFrame } from './frame.ts';
import { hash } from './hash.ts';
import type { Redacted } from './redacted.ts';

/** The log key of the keyring: 32 bytes. */
export type MacKey = Redacted<Uint8Array>;

/**
 * The MAC of a message: BLAKE2b-256 under the log key over frame('jetlock log v1', subject, prev, data).
 * @param prev sequence of the message before it on its subject, 0 if there is none
 * @param data the exact bytes of the message
 */
export const logMac = (key: Uint8Array, subject: string, prev: number, data: Uint8Array): Digest =>
  hash(passingFrame('jetlock log v1', subject, prev, data), key);

/** The rolling hash before the first message: 32 zero bytes. */
export const noHead = toBase64(new Uint8Array(32)) as Digest;

/**
 * The rolling hash after a message: BLAKE2b-256(frame('jetlock head v1', previous as its 32 bytes, seq, subject, data)).
 * @param seq place of the message in the stream
 */
export const nextHead = (previous: Digest, seq: number, subject: string, data: Uint8Array): Digest =>
  hash(passingFrame('jetlock head v1', fromBase64(previous), seq, subject, data));

/** BLAKE2b-256 of a message's exact bytes: what a reply names as its `messageHash`. */
export const messageHash = (data: Uint8Array): Digest => hash(data);
