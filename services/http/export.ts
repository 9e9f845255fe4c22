/** `GET /audit/export`: everything of the audit log that is wanted, the newest first, as JSON lines or CSV; of any length, a page of it in memory. */
import { pipeline, Readable, type Transform } from 'node:stream';
import { isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { refuse, type Refusal } from '../../events/refusal.ts';
import type { AuditEntry } from '../../protocol/pages.ts';
import { LIMIT_MAX, type Limit } from '../../protocol/paging.ts';
import type { Audit, AuditQuestion } from '../audit/audit.ts';
import type { Call, Handler } from './call.ts';
import { nameOf, type Auth } from './principal.ts';

type Page = { readonly items: ReadonlyArray<AuditEntry>; readonly next: string | null };
type NextPage = (after: string | null) => ReturnType<Audit['list']>;

/** What cannot be had any more ends the answer in the middle, so that nobody takes it for whole. */
async function* entries(first: Page, next: NextPage): AsyncGenerator<AuditEntry> {
  for (let page = first; ; ) {
    yield* page.items;
    if (page.next === null) return;
    const found = await next(page.next);
    if (isLeft(found)) throw new Error(found.left.code);
    page = found.right;
  }
}

async function* jsonLines(all: AsyncGenerator<AuditEntry>): AsyncGenerator<string> {
  for await (const entry of all) yield `${JSON.stringify(entry)}\n`;
}

const COLUMNS = ['seq', 'entry', 'at', 'what', 'outcome', 'reason', 'who', 'name', 'service', 'path', 'version', 'note', 'client', 'request', 'verified', 'finding'] as const;

/** Where a formula begins: also behind what other locales split cells at, and behind quotes and blanks, which are passed over. */
const FORMULA = /(^|[;,\t\r\n])((?:[^\S\t\r\n]|")*[=+\-@＝＋－＠])/g;

/** What a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection). */
export const cell = (value: string | number | undefined): string => (typeof value === 'string' ? value.replace(FORMULA, "$1'$2") : String(value ?? ''));

const rowOf = ({ seq, entry, at, what, outcome, reason, who, about, note, client, requestId, verified, finding }: AuditEntry): ReadonlyArray<string> =>
  [
    ...[seq, entry, at, what, outcome, reason, who?.kind, who?.name, about.service],
    ...[about.path ?? about.target ?? about.namespace, about.version, note, client && `${client.name} ${client.version}`, requestId, verified, finding],
  ].map(cell);

const csv = async (all: AsyncGenerator<AuditEntry>): Promise<Readable> => {
  // Few starts export, and all would load it.
  const { stringify } = await import('csv-stringify');
  const rows = Readable.from(
    (async function* () {
      for await (const entry of all) yield rowOf(entry);
    })(),
  );
  return pipeline(rows, stringify({ header: true, columns: [...COLUMNS] }) as Transform, () => undefined);
};

const TYPES = { jsonl: 'application/x-ndjson; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

/** At once, of all together and of one: each reads and decodes the whole log. */
export const EXPORTS_MAX = 8;
export const EXPORTS_OF_ONE = 2;

/** @returns how to end what has begun; undefined: there are too many */
const makeTurns = () => {
  const going: string[] = [];
  return (name: string): (() => void) | undefined => {
    if (going.length >= EXPORTS_MAX || going.filter((one) => one === name).length >= EXPORTS_OF_ONE) return undefined;
    going.push(name);
    return () => void going.splice(going.indexOf(name), 1);
  };
};

type Listing = Pick<Audit, 'list'>;
type As = keyof typeof TYPES;

const exported = async ({ list }: Listing, isStillIn: Auth['isStillIn'], { args, reply, request }: Call): Promise<Either<Refusal, undefined>> => {
  const { format, ...question } = args as { readonly format: As | null } & AuditQuestion;
  const page: NextPage = (after) => list({ ...question, limit: LIMIT_MAX as Limit, after });
  // What is refused is refused before anything is said.
  const first = await page(null);
  if (isLeft(first)) return first;
  const all = entries(first.right, async (after) => (isStillIn(request) ? page(after) : left(refuse('unauthorized'))));
  const as = format ?? 'jsonl';
  const body = as === 'csv' ? await csv(all) : Readable.from(jsonLines(all));
  await reply.type(TYPES[as]).header('content-disposition', `attachment; filename="audit.${as}"`).send(body);
  return right(undefined);
};

export const exportHandler = (audit: Listing, isStillIn: Auth['isStillIn']): Handler => {
  const begin = makeTurns();
  return async (call) => {
    const end = begin(nameOf(call.principal) ?? '');
    if (end === undefined) return left(refuse('busy'));
    try {
      return await exported(audit, isStillIn, call);
    } finally {
      // Whatever is still being written, until nobody takes it any more.
      if (call.reply.raw.closed) end();
      else call.reply.raw.once('close', end);
    }
  };
};
