/** Namespaces with how many secrets they have, and how their access keys are used. */
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { namespaceOf, type Count, type Namespace } from '../events/vocabulary.ts';
import type { AccessKeyItem, NamespaceItem } from '../protocol/pages.ts';
import { AccessKeyUsageView, SecretView, type AccessKeyView, type NamespaceView } from '../protocol/views.ts';
import { accessKeyUsageKey, allAccessKeyUsage, isNamespaceKey } from './keys.ts';
import type { Answer, Row, Rows } from './rows.ts';

const countsOf = (secrets: ReadonlyArray<Row<SecretView>>): ReadonlyMap<Namespace, number> => {
  const counts = new Map<Namespace, number>();
  for (const { entry: { path, status } } of secrets) {
    const namespace = namespaceOf(path);
    if (status !== 'deleted') counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return counts;
};

const keyItem = (known: AccessKeyView, use: AccessKeyUsageView | undefined): AccessKeyItem => ({ ...known, reads: use?.allowed ?? (0 as Count), lastReadAt: use?.lastAllowedAt ?? null });

export const namespaceItems = async (rows: Rows, namespaces: ReadonlyArray<NamespaceView>): Answer<ReadonlyArray<NamespaceItem>> => {
  if (namespaces.length === 0) return right([]);
  const secrets = await rows.list(SecretView, 'catalog', { where: (key) => !isNamespaceKey(key) });
  if (isLeft(secrets)) return secrets;
  const usage = await rows.list(AccessKeyUsageView, 'usage', { keys: allAccessKeyUsage });
  if (isLeft(usage)) return usage;
  const counts = countsOf(secrets.right);
  const uses = new Map(usage.right.map(({ key, entry }) => [key, entry]));
  return right(
    namespaces.map((known) => ({
      ...known,
      accessKeys: known.accessKeys.map((one) => keyItem(one, uses.get(accessKeyUsageKey(known.namespace, one.key)))),
      secrets: (counts.get(known.namespace) ?? 0) as Count,
    })),
  );
};
