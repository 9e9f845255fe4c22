/** `jetlock secret list [PREFIX]` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { SecretItem } from '../../protocol/pages.ts';
import { orNone, prefix } from '../arguments.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const LISTING = {
  headings: ['path', 'status', 'version', 'updated', 'by', 'description'],
  rows: ({ path, status, version, updatedAt, updatedBy, description }: SecretItem) => [
    [path, status, `${version}`, timeText(updatedAt), updatedBy ?? '', description ?? ''],
  ],
};

/** Who typed the beginning of a name is to see that a prefix is a namespace. */
const noneOf = (under: string | null): string => (under === null ? 'no secrets' : `no secrets below ${under}`);

export const run: Run = ([typed], options, io) =>
  pipe(
    TE.fromEither(orNone(prefix)(typed)),
    TE.chain((under) =>
      withAdmin(options, io, (admin) =>
        pipe(
          admin.list('secret.list', { prefix: under }),
          TE.chainTaskK((list) => tellList({ options, io }, { ...LISTING, none: noneOf(under) }, list)),
        ),
      ),
    ),
  );
