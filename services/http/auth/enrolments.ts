/**
 * Keys that browsers offer, each under the hash of a one-time code that only the browser and the command line have. Whoever
 * stands in between can keep a key from being seen, and not put in one of theirs: the proof is made with the code.
 */
import type { Enrolment } from '../../../protocol/http/session.ts';
import type { Digest } from '../../../events/vocabulary.ts';
import { latest } from '../../latest.ts';

export const ENROLMENT_MS = 10 * 60 * 1000;
export const ENROLMENTS_MAX = 1_000;

export type Enrolments = {
  /** @returns whether it stands there now: the first key under an id stays, and nothing that waits is pushed out for another */
  readonly offer: (enrolment: Enrolment) => 'offered' | 'taken' | 'full';
  readonly find: (id: Digest) => Enrolment | undefined;
};

export const makeEnrolments = (now: () => number = Date.now): Enrolments => {
  const offered = latest<{ readonly enrolment: Enrolment; readonly until: number }>(ENROLMENTS_MAX);
  const find = (id: Digest): Enrolment | undefined => {
    const found = offered.peek(id);
    return found !== undefined && now() < found.until ? found.enrolment : undefined;
  };
  const isFull = (): boolean => {
    if (offered.size < ENROLMENTS_MAX) return false;
    for (const [id, { until }] of [...offered.entries()]) if (now() >= until) offered.delete(id);
    return offered.size >= ENROLMENTS_MAX;
  };
  return {
    offer: (enrolment) => {
      const there = find(enrolment.id);
      // Sent again because no answer came.
      if (there !== undefined) return there.key === enrolment.key && there.proof === enrolment.proof ? 'offered' : 'taken';
      if (isFull()) return 'full';
      offered.set(enrolment.id, { enrolment, until: now() + ENROLMENT_MS });
      return 'offered';
    },
    find,
  };
};
