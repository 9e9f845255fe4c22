/** What a browser offers under a code: asked for until it is there, and believed only with its proof. */
import { setTimeout as delay } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { isOfferedTo, type Invitation } from '../client/enrolment.ts';
import { EnrolmentView } from '../protocol/http/session.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

const EVERY_MS = 300;
const ANSWER_MS = 5_000;
/** As long as the service keeps what is offered. */
export const OPEN_MS = 10 * 60 * 1000;

/** Before several replicas the browser may have been sent to another one: so it is not one and the same that is asked each time. */
const ONE_CALL = { connection: 'close' };

type Asked = E.Either<Failure, EnrolmentView | undefined>;

const ask = async (url: string, { id }: Invitation): Promise<Asked> => {
  try {
    const answer = await fetch(`${url}/enrolments/${id}`, { headers: ONE_CALL, signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
    if ([404, 429, 503].includes(answer.status)) return E.right(undefined);
    const view = EnrolmentView.decode(await answer.json());
    return E.mapLeft(() => fail(EXIT.unavailable, 'what answers there is no jetlock of this version', 'name its HTTP listener with --url'))(view);
  } catch {
    return E.left(fail(EXIT.unavailable, `nobody answers at ${url}`, 'name the HTTP listener of jetlock serve with --url'));
  }
};

const believed = (invitation: Invitation, view: EnrolmentView): E.Either<Failure, EnrolmentView> =>
  isOfferedTo(invitation, view)
    ? E.right(view)
    : E.left(fail(EXIT.refused, 'the key that was offered does not come from where the link was opened', 'somebody may stand between browser and service: nothing was signed'));

/** Whether there is somebody to send a browser to. */
export const isThere =
  (url: string, invitation: Invitation): TaskEither<Failure, void> =>
  async () =>
    E.map(() => undefined)(await ask(url, invitation));

/** The key that the browser has made. */
export const offeredKey =
  (url: string, invitation: Invitation): TaskEither<Failure, EnrolmentView> =>
  async () => {
    for (const end = performance.now() + OPEN_MS; performance.now() < end; await delay(EVERY_MS)) {
      const asked = await ask(url, invitation);
      if (E.isLeft(asked)) return asked;
      if (asked.right !== undefined) return believed(invitation, asked.right);
    }
    return E.left(fail(EXIT.refused, 'the link was not opened in time', 'type it again for a new one'));
  };
