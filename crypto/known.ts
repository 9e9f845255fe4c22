/** What stands in the subject that a service asks on once it has shown who it is. */
import type { Digest, ServiceName } from '../events/vocabulary.ts';
import { passingFrame } from './frame.ts';
import { hash } from './hash.ts';
import type { MacKey } from './log.ts';

/**
 * BLAKE2b-256 under the log key over frame('jetlock known v1', service, revoked): the same at every replica, another one after a
 * credential of the service was revoked or the log key replaced, and nothing that can be told without that key.
 * @param revoked the sequence of the last revocation of a credential of the service, 0 if there was none
 */
export const knownToken = (key: MacKey, service: ServiceName, revoked: number): Digest => hash(passingFrame('jetlock known v1', service, revoked), key.reveal());
