/** `jetlock admin key remove NAME FINGERPRINT` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { publicKeyFingerprint } from '../../client/fingerprints.ts';
import type { AdminClient } from '../../client/admin.ts';
import type { ClientFailure } from '../../client/failure.ts';
import type { AdminName, Fingerprint } from '../../events/vocabulary.ts';
import type { KeySignedView } from '../../protocol/views.ts';
import { adminName, fingerprint } from '../arguments.ts';
import { identityOf, withAdmin } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { sentence, tellDone, timeText } from '../output.ts';
import { confirm } from '../prompt.ts';
import { fail, say, type Failure } from '../terminal.ts';
import type { Run } from '../verb.ts';

type To = { readonly options: Options; readonly io: Io };
type Named = { readonly admin: AdminName; readonly named: Fingerprint };
type Removing = TaskEither<ClientFailure | Failure, ExitCode>;

const none = fail(EXIT.notFound, 'there is no such key', 'jetlock admin list');

const removeAlone = (to: To, client: AdminClient, { admin, named }: Named): Removing =>
  pipe(
    client.query('admin.list', {}),
    TE.map(({ items }) => items.find((one) => one.admin === admin)?.keys.find((key) => key.fingerprint === named)),
    TE.chainEitherKW(E.fromNullable({ ...none, code: 'not_found' })),
    TE.chainW(({ key }) => client.command({ operation: 'admin.key.remove', admin, key })),
    TE.chainTaskK(tellDone(to, { about: { admin, fingerprint: named }, sentence: sentence(`the key ${named} of ${admin} does not count any more`) })),
  );

/** What goes with it, a line for each. */
const linesOf = ({ keys, tokens }: KeySignedView, own: Fingerprint): ReadonlyArray<string> => [
  ...keys.map(({ admin, fingerprint: print, label }) => `key ${print} of ${admin}${label === null ? '' : `, "${label}"`}${print === own ? ': THE ONE YOU SIGN WITH' : ''}`),
  ...tokens.map(({ label, role, admin, until }) => `API token ${label} of ${admin} (${role}, until ${timeText(until)})`),
];

const shown = ({ options, io }: To, { admin, named }: Named, signed: KeySignedView): TaskEither<Failure, void> =>
  pipe(
    TE.fromEither(identityOf(options, io)),
    TE.chainFirstTaskK((own) => async () => {
      for (const line of linesOf(signed, publicKeyFingerprint(own.publicKey))) await say(io, line);
    }),
    TE.chain(() => confirm(io, `remove the key ${named} of ${admin}, and the ${signed.keys.length + signed.tokens.length} that came of it?`, options.flags.has('yes'))),
  );

const removeWithAll = (to: To, client: AdminClient, about: Named): Removing =>
  pipe(
    client.query('admin.key.signed', { fingerprint: about.named }),
    TE.chainFirstW((signed) => shown(to, about, signed)),
    TE.chainW(({ key, keys, tokens }) => {
      const { admin, named } = about;
      const done = { about: { admin, fingerprint: named, keys: keys.map((one) => one.fingerprint), tokens: tokens.map(({ label }) => label) }, sentence: sentence(`the key ${named} of ${admin}, and the ${keys.length + tokens.length} that came of it, do not count any more`) };
      return pipe(client.command({ operation: 'admin.key.remove-all', admin, key }), TE.chainTaskK(tellDone(to, done)));
    }),
  );

export const run: Run = ([name, print], options, io) => {
  const to = { options, io };
  const isAlone = !options.flags.has('with-all');
  return pipe(
    E.Do,
    E.apS('admin', adminName(name)),
    E.apS('named', fingerprint(print)),
    TE.fromEither,
    TE.chainFirst(({ admin, named }) => (isAlone ? confirm(io, `remove the key ${named} of ${admin}?`, options.flags.has('yes')) : TE.right(undefined))),
    TE.chain((about) => withAdmin(options, io, (client) => (isAlone ? removeAlone : removeWithAll)(to, client, about))),
  );
};
