/** `jetlock service import FILE`: services with their public keys, approved at once. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { AdminClient } from '../../client/admin.ts';
import { credentialFingerprint } from '../../client/fingerprints.ts';
import { exitOf, sendAllTold, type Tally } from '../batch.ts';
import { withAdmin } from '../connect.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { tell } from '../output.ts';
import { readBytes } from '../read-file.ts';
import { parseServices, type ServiceEntry } from '../service-file.ts';
import { fail, type Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const badEntries = (file: string, details: ReadonlyArray<string>): Failure => ({
  ...fail(EXIT.badInput, `nothing was added: ${file} cannot be taken as it is`, 'mend the file, then import it again'),
  code: 'bad_entries',
  details,
});

/** A name that the file writes with capitals would otherwise be looked for in vain. */
const tellRenamed = (io: Io, entries: ReadonlyArray<ServiceEntry>) => async (): Promise<void> => {
  for (const { service, renamedFrom } of entries) if (renamedFrom !== undefined) await say(io, `${renamedFrom} becomes ${service}: names of services have no capitals`);
};

const add = (admin: AdminClient) => ({ service, key }: ServiceEntry) =>
  admin.command({ operation: 'service.add', service, key, fingerprint: credentialFingerprint('key', key) });

const documentOf = ({ changed, unchanged, failed }: Tally<ServiceEntry>) => ({
  added: changed,
  unchanged,
  failed: failed.map(({ item, failure }) => ({ service: item.service, code: failure.code })),
});

const sentenceOf = ({ changed, unchanged, failed }: Tally<ServiceEntry>): string =>
  [`${changed} added`, `${unchanged} unchanged`, ...(failed.length === 0 ? [] : [`${failed.length} failed`])].join(', ');

export const run: Run = ([file = ''], options, io) =>
  pipe(
    readBytes(io, file),
    TE.chainEitherK((bytes) => E.mapLeft((details: ReadonlyArray<string>) => badEntries(file, details))(parseServices(Buffer.from(bytes).toString()))),
    TE.chainFirstTaskK((entries) => tellRenamed(io, entries)),
    TE.chain((entries) =>
      withAdmin(options, io, (admin) =>
        pipe(
          TE.fromTask(sendAllTold(io, 'adding', entries, ({ service }) => service, add(admin))),
          TE.chainFirstTaskK((tally) => tell({ options, io }, [sentenceOf(tally)], documentOf(tally))),
          TE.map(exitOf),
        ),
      ),
    ),
  );
