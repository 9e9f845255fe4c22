/** `jetlock generate [FOLDER]`: from the schema of a package its typed client, its combined schema, or the schema from a .env file. */
import { join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { combine, type Conflict } from '../../codegen/combine.ts';
import { EMPTY_SCHEMA, schemaText, withKeys } from '../../codegen/schema-file.ts';
import { clientSource } from '../../codegen/typescript.ts';
import type { Schema } from '../../protocol/schema.ts';
import { badLines } from '../bad-lines.ts';
import { parseDotenv, type BadLine } from '../dotenv.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { checkGenerated, writeGenerated, writeText, type Generated } from '../generated-file.ts';
import { installedPackages } from '../installed-packages.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { tell } from '../output.ts';
import { readBytes } from '../read-file.ts';
import { readSchema, SCHEMA_FILE } from '../schema-reader.ts';
import { fail, type Failure } from '../failure.ts';
import { say } from '../terminal.ts';
import type { Run } from '../verb.ts';

const CLIENT_FILE = 'secrets.ts';
const COMBINED_FILE = 'secrets.schema.combined.json';

/** Where it is done: as it was typed for messages, and where that is. */
type Place = { readonly folder: string; readonly options: Options; readonly io: Io };
type Made = Generated & { readonly keys: number };

const pathIn = ({ io }: Place, file: string): string => resolve(io.directory, file);

const made = (place: Place, file: string, schema: Schema, text: string): Made => ({ path: pathIn(place, file), file, text, keys: Object.keys(schema.properties).length });

const noSchema = (file: string): Failure => fail(EXIT.badInput, `there is no ${file}`, 'jetlock generate --from .env starts one');

const schemaAt = (place: Place): TaskEither<Failure, Schema | undefined> => {
  const file = join(place.folder, SCHEMA_FILE);
  return readSchema(pathIn(place, file), file);
};

const client = (place: Place): TaskEither<Failure, Made> =>
  pipe(
    schemaAt(place),
    TE.chainEitherK(E.fromNullable(noSchema(join(place.folder, SCHEMA_FILE)))),
    TE.map((schema) => made(place, place.options.text['out'] ?? join(place.folder, CLIENT_FILE), schema, clientSource(schema))),
  );

const conflicting = (conflicts: ReadonlyArray<Conflict>): Failure => ({
  ...fail(EXIT.badInput, 'packages define the same key differently', 'give one of them another key, with the same path if it is the same secret'),
  code: 'conflicting_keys',
  details: conflicts.map(({ key, packages: [one, other], differIn }) => `${key}: ${one} and ${other} differ in ${differIn.join(', ')}`),
});

const combined = (place: Place): TaskEither<Failure, Made> =>
  pipe(
    installedPackages(pathIn(place, place.folder), place.io.directory),
    TE.filterOrElse((packages) => packages.length > 0, () => fail(EXIT.badInput, `neither the package nor its dependencies have a ${SCHEMA_FILE}`, 'jetlock generate --from .env starts one')),
    TE.chainEitherK((packages) => E.mapLeft(conflicting)(combine(packages))),
    TE.map((schema) => made(place, place.options.text['out'] ?? join(place.folder, COMBINED_FILE), schema, schemaText(schema))),
  );

const keysOf = (keys: number): string => `${keys} ${keys === 1 ? 'key' : 'keys'}`;

const told = ({ options, io }: Place, { file, keys }: Made, changed: boolean): TaskEither<Failure, ExitCode> =>
  TE.fromTask(tell({ options, io }, [`${changed ? 'wrote' : 'unchanged:'} ${file}, ${keysOf(keys)}`], { file, keys, changed }));

/** The command that was typed, without `--check`. */
const again = ({ folder, options: { text, flags } }: Place): string =>
  ['jetlock generate', ...(flags.has('combined') ? ['--combined'] : []), ...(text['out'] === undefined ? [] : [`--out ${text['out']}`]), ...(folder === '' ? [] : [folder])].join(' ');

const generate = (place: Place): TaskEither<Failure, ExitCode> =>
  pipe(
    place.options.flags.has('combined') ? combined(place) : client(place),
    TE.chain((file) =>
      pipe(
        () => (place.options.flags.has('check') ? checkGenerated(file, again(place)) : writeGenerated(file)),
        TE.chain((changed) => told(place, file, changed)),
      ),
    ),
  );

/** The schema that keys are added to: none yet, or with `--merge` that which is there. */
const begun = (place: Place): TaskEither<Failure, Schema> =>
  pipe(
    schemaAt(place),
    TE.filterOrElse(
      (schema) => schema === undefined || place.options.flags.has('merge'),
      () => fail(EXIT.badInput, `${join(place.folder, SCHEMA_FILE)} is there already`, 'add the keys that it lacks with --merge'),
    ),
    TE.map((schema) => schema ?? EMPTY_SCHEMA),
  );

const NEXT = 'next: write there what each key is for, as "description": an admin reads it when asked; then jetlock generate';

const start = (place: Place, from: string): TaskEither<Failure, ExitCode> =>
  pipe(
    begun(place),
    TE.bindTo('schema'),
    TE.bind('bytes', () => readBytes(place.io, from)),
    TE.bind('assignments', ({ bytes }) => TE.fromEither(E.mapLeft((lines: ReadonlyArray<BadLine>) => badLines(from, lines))(parseDotenv(bytes)))),
    TE.map(({ schema, assignments }) => withKeys(schema, assignments.map(({ key }) => key))),
    TE.map((schema) => made(place, join(place.folder, SCHEMA_FILE), schema, schemaText(schema))),
    TE.chainFirst((file) => () => writeText(file)),
    TE.chain((file) => told(place, file, true)),
    TE.chainFirstTaskK(() => () => say(place.io, NEXT)),
  );

/** Options that ask for different things. */
const misused = ({ text, flags }: Options): string | undefined => {
  if (text['from'] === undefined) return flags.has('merge') ? '--merge goes with --from' : undefined;
  const others = ['combined', 'check'].filter((flag) => flags.has(flag)).concat(text['out'] === undefined ? [] : ['out']);
  return others.length === 0 ? undefined : `--from does not go with ${others.map((name) => `--${name}`).join(', ')}`;
};

export const run: Run = ([folder = ''], options, io) => {
  const wrong = misused(options);
  if (wrong !== undefined) return TE.left(fail(EXIT.usage, wrong, 'jetlock generate --help'));
  const from = options.text['from'];
  const place = { folder, options, io };
  return from === undefined ? generate(place) : start(place, from);
};
