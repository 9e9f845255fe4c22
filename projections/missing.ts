/** Who asked for what has no value, how often, and with which words. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import type { Count, Instant, SecretPath } from '../events/vocabulary.ts';
import type { AskedBy, MissingView } from '../protocol/pages.ts';
import { AccessView, UsageView, type SecretView } from '../protocol/views.ts';
import { isUsageOfAny } from './keys.ts';
import type { Answer, Rows } from './rows.ts';

/** Of each path, so that a page stays one message. */
const ASKERS_MAX = 20;

const later = (a: Instant | null, b: Instant | null): Instant | null => (a === null || (b !== null && b > a) ? b : a);

/** The read that made the stub came before there was a path to count it for. */
const countOf = ({ allowed, refused }: UsageView, isFirst: boolean): Count => (allowed + refused + (isFirst ? 1 : 0)) as Count;

const byPath = <A>(entries: ReadonlyArray<{ readonly entry: A }>, paths: ReadonlySet<string>, pathOf: (entry: A) => string | null): ReadonlyMap<string, ReadonlyArray<A>> => {
  const found = new Map<string, A[]>();
  for (const { entry } of entries) {
    const path = pathOf(entry);
    if (path === null || !paths.has(path)) continue;
    const known = found.get(path);
    if (known === undefined) found.set(path, [entry]);
    else known.push(entry);
  }
  return found;
};

const askers = ({ askedBy, createdAt }: SecretView, usage: ReadonlyArray<UsageView>, access: ReadonlyArray<AccessView>): ReadonlyArray<AskedBy> => {
  const services = new Set([...(askedBy === null ? [] : [askedBy]), ...usage.map(({ service }) => service), ...access.map(({ service }) => service)]);
  return [...services].map((service) => {
    const [reads, asked] = [usage.find((one) => one.service === service), access.find((one) => one.service === service)];
    const isFirst = service === askedBy;
    const lastAt = later(later(reads?.lastRefusedAt ?? null, asked?.requestedAt ?? null), isFirst ? createdAt : null);
    return { service, description: asked?.description ?? null, asked: reads === undefined ? ((isFirst ? 1 : 0) as Count) : countOf(reads, isFirst), lastAt };
  });
};

const missingView = (stub: SecretView, by: ReadonlyArray<AskedBy>): MissingView => {
  const { path, askedBy, description, createdAt, seq } = stub;
  const recent = [...by].sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
  const asked = by.reduce((sum, one) => sum + one.asked, 0) as Count;
  return { path, service: askedBy, description, since: createdAt, asked, lastAt: recent[0]?.lastAt ?? null, by: recent.slice(0, ASKERS_MAX), seq };
};

export const missingViews = async (rows: Rows, stubs: ReadonlyArray<SecretView>): Answer<ReadonlyArray<MissingView>> => {
  if (stubs.length === 0) return right([]);
  const paths: ReadonlySet<string> = new Set<SecretPath>(stubs.map(({ path }) => path));
  const usage = await rows.list(UsageView, 'usage', { where: isUsageOfAny(stubs.map(({ path }) => path)) });
  if (isLeft(usage)) return usage;
  const access = await rows.list(AccessView, 'access');
  if (isLeft(access)) return access;
  const used = byPath(usage.right, paths, ({ path }) => path);
  const asked = byPath(access.right, paths, ({ target }) => target);
  return right(stubs.map((stub) => missingView(stub, askers(stub, used.get(stub.path) ?? [], asked.get(stub.path) ?? []))));
};
