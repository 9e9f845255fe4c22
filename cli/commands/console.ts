/** `jetlock console`: a link that makes a browser known, and the signature that lets its key in. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { newInvitation, type Invitation } from '../../client/enrolment.ts';
import { publicKeyFingerprint } from '../../client/fingerprints.ts';
import { Instant, sure } from '../../events/vocabulary.ts';
import type { EnrolmentView } from '../../protocol/http/session.ts';
import { identityOf } from '../connect.ts';
import { consolePlace } from '../console-place.ts';
import { isThere, offeredKey, OPEN_MS } from '../enrolment.ts';
import type { Io } from '../io.ts';
import { listenerUrl } from '../listener-url.ts';
import { openBrowser } from '../open-browser.ts';
import type { Options } from '../options.ts';
import { carryOut, sentence, timeText } from '../output.ts';
import { confirm } from '../prompt.ts';
import type { Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const invited = (url: string, { flags }: Options, io: Io, invitation: Invitation): TaskEither<Failure, EnrolmentView> => {
  const link = `${url}/console/enrol#${invitation.code.reveal()}`;
  const isHere = !flags.has('enroll') && !flags.has('no-open');
  return async () => {
    await say(io, `open this link in ${flags.has('enroll') ? 'the browser to be enrolled' : 'your browser'}; it works once, for ten minutes: ${link}`);
    await say(io, `waiting for the key of that browser until ${timeText(sure(Instant, Date.now() + OPEN_MS))}; Ctrl-C gives up, and then nothing is signed`);
    const close = isHere ? await openBrowser(io, link) : () => Promise.resolve();
    try {
      return await offeredKey(url, invitation)();
    } finally {
      await close();
    }
  };
};

/** A browser elsewhere may not be the one that was meant: a person compares. */
const compared = ({ flags }: Options, io: Io, { key, label }: EnrolmentView): TaskEither<Failure, void> =>
  flags.has('enroll') ? confirm(io, `sign in "${label}" with the key ${publicKeyFingerprint(key)}?`, flags.has('yes')) : TE.right(undefined);

/** What was typed is looked at before anybody is asked anything. */
const isUrl = (typed: string | undefined): E.Either<Failure, unknown> => (typed === undefined ? E.right(undefined) : listenerUrl(typed));

export const run: Run = (_args, options, io) => {
  const invitation = newInvitation();
  return pipe(
    E.Do,
    E.apS('typed', isUrl(options.text['url'])),
    E.apS('identity', identityOf(options, io)),
    TE.fromEither,
    TE.bind('url', () => consolePlace(options, io)),
    TE.chainFirst(({ url }) => isThere(url, invitation)),
    TE.bind('offered', ({ url }) => invited(url, options, io, invitation)),
    TE.chainFirst(({ offered }) => compared(options, io, offered)),
    TE.chain(({ identity: { admin }, offered: { key, label } }) => {
      const fingerprint = publicKeyFingerprint(key);
      const about = { admin, label, fingerprint };
      return carryOut({ options, io }, { operation: 'admin.key.add', admin, key, label }, { about, sentence: sentence(`${label} signs in as ${admin} with the key ${fingerprint}`) });
    }),
  );
};
