/** What an event is about. */
import { publicKeyFingerprint } from '../crypto/fingerprint.ts';
import type { Event } from '../events/event.ts';
import type { Note } from '../events/vocabulary.ts';
import { About, isoTime } from '../protocol/audit-line.ts';

/** Of all fields those that a line has; `null` and what is not named there is left out. */
export const about = (fields: object): About =>
  About.encode(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))) as About;

/** What a line calls by another name than the event does. */
const renamed = (event: Event): object => {
  switch (event.type) {
    case 'KeyAdded':
      return { keyId: event.key.id, purpose: event.key.purpose };
    case 'KeyringCreated':
      return { admin: event.admin, fingerprint: publicKeyFingerprint(event.adminKey) };
    case 'KeyRetired':
      return event.purpose === 'operator' ? { fingerprint: event.key, purpose: event.purpose } : { keyId: event.key, purpose: event.purpose };
    case 'OperatorKeyReplaced':
      return { fingerprint: event.operatorKey };
    case 'KeysDestroyed':
      return { count: event.keys.length };
    case 'AdminAdded':
    case 'AdminKeyAdded':
    case 'AdminKeyRemoved':
    case 'AdminKeyRemovedWithAll':
      return { fingerprint: publicKeyFingerprint(event.key) };
    case 'ApiTokenIssued':
      return { until: isoTime(event.until) };
    case 'AccessKeyIssued':
    case 'AccessKeyRevoked':
      return { keyId: event.key };
    case 'AccessConsumed':
      return { fingerprint: event.credential };
    case 'VersionApplied':
      return { fingerprint: event.credential, count: event.instances.length };
    case 'UsedOffline':
      return { fingerprint: event.credential, from: event.read, since: isoTime(event.first), until: isoTime(event.last) };
    default:
      return {};
  }
};

export const aboutEvent = (event: Event): About => about({ ...event, ...renamed(event) });

/** The description or reason that somebody gave. */
export const noteOf = (event: Event): Note | null =>
  'description' in event ? event.description : 'reason' in event ? event.reason : null;
