/** What stands in the subject that a service asks on once it has shown who it is. */
import type { Digest, ServiceName } from '../events/vocabulary.ts';
import { passingFrame } from './frame.ts';
import { hash } from './hash.ts';
import type { MacKey } from './log.ts';

/**
 * BLAKE2b-256 under the log key over frame('jetlock known v1', service): the same at every replica, another one after the log key
 * was replaced, and nothing that can be told without that key.
 */
export const knownToken = (key: MacKey, service: ServiceName): Digest => hash(passingFrame('jetlock known v1', service), key.reveal());
