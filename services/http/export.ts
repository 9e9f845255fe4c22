/** `GET /audit/export`: everything of the audit log that is wanted, the newest first, as JSON lines or CSV; of any length, a page of it in memory. */
import { pipeline, Readable, type Transform } from 'node:stream';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import type { AuditEntry } from '../../protocol/pages.ts';
import { LIMIT_MAX, type Limit } from '../../protocol/paging.ts';
import type { Audit, AuditQuestion } from '../audit/audit.ts';
import type { Handler } from './call.ts';

type Page = { readonly items: ReadonlyArray<AuditEntry>; readonly next: string | null };
type NextPage = (after: string | null) => ReturnType<Audit['list']>;

/** A page that cannot be had ends the answer in the middle, so that nobody takes it for whole. */
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

/** What a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection). */
const cell = (value: string | number | undefined): string => (typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? ''));

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

export const exportHandler =
  ({ list }: Pick<Audit, 'list'>): Handler =>
  async ({ args, reply }) => {
    const { format, ...question } = args as { readonly format: keyof typeof TYPES | null } & AuditQuestion;
    const next: NextPage = (after) => list({ ...question, limit: LIMIT_MAX as Limit, after });
    // What is refused is refused before anything is said.
    const first = await next(null);
    if (isLeft(first)) return first;
    const all = entries(first.right, next);
    const as = format ?? 'jsonl';
    const body = as === 'csv' ? await csv(all) : Readable.from(jsonLines(all));
    await reply.type(TYPES[as]).header('content-disposition', `attachment; filename="audit.${as}"`).send(body);
    return right(undefined);
  };
