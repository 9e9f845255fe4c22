/** `jetlock admin key remove NAME FINGERPRINT` */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { publicKeyFingerprint } from '../../client/fingerprints.ts';
import type { AdminClient } from '../../client/admin.ts';
import type { ClientFailure } from '../../client/failure.ts';
import type { AdminName, Fingerprint, PublicKey } from '../../events/vocabulary.ts';
import type { KeySignedView } from '../../protocol/views.ts';
import { adminName, fingerprint } from '../arguments.ts';
import { identityOf, withAdmin } from '../connect.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { sentence, tellDone, timeText, type About } from '../output.ts';
import { confirm } from '../prompt.ts';
import { fail, type Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

type To = { readonly options: Options; readonly io: Io };
type Named = { readonly admin: AdminName; readonly named: Fingerprint };
type Removing = TaskEither<ClientFailure | Failure, ExitCode>;

const none = fail(EXIT.notFound, 'there is no such key', 'jetlock admin list');

/** Found by the key itself and not by what the service calls it: else it could have another one signed away. */
const isNamed =
  (named: Fingerprint) =>
  ({ key }: { readonly key: PublicKey }): boolean =>
    publicKeyFingerprint(key) === named;

const removeAlone = (to: To, client: AdminClient, { admin, named }: Named): Removing =>
  pipe(
    client.list('admin.list', {}),
    TE.map(({ items }) => items.find((one) => one.admin === admin)?.keys.find(isNamed(named))),
    TE.chainEitherKW(E.fromNullable({ ...none, code: 'not_found' })),
    TE.chainW(({ key }) => client.command({ operation: 'admin.key.remove', admin, key })),
    TE.chainTaskK(tellDone(to, { about: { admin, fingerprint: named }, sentence: sentence(`the key ${named} of ${admin} does not count any more`) })),
  );

const moreLine = (count: number): ReadonlyArray<string> => (count > 0 ? [`and ${count} more`] : []);

/** What goes with it, a line for each that is shown. */
const linesOf = ({ keys, tokens, accessKeys, total }: KeySignedView, own: PublicKey): ReadonlyArray<string> => [
  ...keys.map(({ admin, key, fingerprint: print, label }) => `key ${print} of ${admin}${label === null ? '' : `, "${label}"`}${key === own ? ': THE ONE YOU SIGN WITH, which stays' : ''}`),
  ...tokens.map(({ label, role, admin, until }) => `API token ${label} of ${admin} (${role}, until ${timeText(until)})`),
  ...accessKeys.map(({ namespace, key }) => `access key ${key} of ${namespace}`),
  ...moreLine(total - keys.length - tokens.length - accessKeys.length),
];

const shown = ({ options, io }: To, { admin, named }: Named, signed: KeySignedView): TaskEither<Failure, void> =>
  pipe(
    TE.fromEither(identityOf(options, io)),
    TE.chainFirstTaskK((own) => async () => {
      for (const line of linesOf(signed, own.publicKey)) await say(io, line);
    }),
    TE.chain(() => confirm(io, `remove the key ${named} of ${admin}, and the ${signed.total} that came of it?`, options.flags.has('yes'))),
  );

/** What goes is decided when the key does: it may be more by then. */
const aboutAll = ({ admin, named }: Named, { keys, tokens, accessKeys, total }: KeySignedView): About => ({
  about: { admin, fingerprint: named, keys: keys.map((one) => one.fingerprint), tokens: tokens.map(({ label }) => label), accessKeys, total },
  sentence: sentence(`the key ${named} of ${admin}, and all that came of it, do not count any more`),
});

const removeWithAll = (to: To, client: AdminClient, about: Named): Removing =>
  pipe(
    client.query('admin.key.signed', { fingerprint: about.named }),
    TE.filterOrElseW(isNamed(about.named), () => ({ ...none, code: 'not_found' })),
    TE.chainFirstW((signed) => shown(to, about, signed)),
    TE.chainW((signed) => pipe(client.command({ operation: 'admin.key.remove-all', admin: about.admin, key: signed.key }), TE.chainTaskK(tellDone(to, aboutAll(about, signed))))),
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
