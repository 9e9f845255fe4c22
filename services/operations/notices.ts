/** Tells services to ask again: when their access changed, or a path that is granted to them has a new version. A sequence, no more. */
import { utf8 } from '../../crypto/bytes.ts';
import type { Event } from '../../events/event.ts';
import type { Folded } from '../../events/fold/verdict.ts';
import { covers, type SecretPath, type ServiceName, type Target } from '../../events/vocabulary.ts';
import { isOpen, type Access, type World } from '../../events/world.ts';
import type { Broker } from '../broker.ts';
import type { Replica } from '../log/replica.ts';

/** Whether a grant opens the path now. To anyone else a notice would tell that there is something, which a refusal does not. */
const isOpened = (targets: ReadonlyMap<Target, Access>, path: SecretPath, now: number): boolean =>
  targets.get(path)?.status !== 'denied' && [...targets.values()].some((access) => covers(access.target, path) && isOpen(access, now));

const concerned = ({ access, now }: World, path: SecretPath): ReadonlyArray<ServiceName> =>
  [...access].filter(([, targets]) => isOpened(targets, path, now)).map(([service]) => service);

export const servicesToTell = (world: World, event: Event): ReadonlyArray<ServiceName> => {
  switch (event.type) {
    case 'SecretWritten':
    case 'SecretEnabled':
    case 'SecretDisabled':
    case 'SecretDeleted':
      return concerned(world, event.path);
    case 'AccessGranted':
    case 'AccessDenied':
    case 'AccessRevoked':
    case 'CredentialApproved':
    case 'CredentialDenied':
    case 'CredentialRevoked':
      return [event.service];
    default:
      return [];
  }
};

/** Who has an answer needs no notice, and many of them at once would be in the way of the last answers. */
const AFTER_ANSWERS_MS = 50;

/**
 * Only while we are ready: at the start the whole log goes by.
 * @param answered those whose open question the event answers have it before they are told to ask again
 */
export const makeNotices =
  (publish: Broker['publish'], { fold, health, subjects }: Replica) =>
  ({ seq, verdict }: Folded, answered: Promise<unknown> | undefined): void => {
    if (verdict._tag !== 'state' || !health().ready) return;
    const services = new Set(verdict.record.events.flatMap((event) => servicesToTell(fold.world, event)));
    const tell = (): void => {
      for (const service of services) publish(subjects.notify(service), utf8(JSON.stringify({ seq })));
    };
    if (answered === undefined) tell();
    else void answered.then(() => setTimeout(tell, AFTER_ANSWERS_MS));
  };
