/** For how long, and to what, access can be given. */
import type { Milliseconds, Note, Sequence, ServiceName, Target } from '../../events/vocabulary.ts';
import type { ConsoleCommand } from '../api/routes.ts';
import { parseLength } from './time.ts';

export const TERMS = [
  { id: 'always', label: 'Always' },
  { id: '1h', label: 'For 1 hour' },
  { id: '8h', label: 'For 8 hours' },
  { id: '7d', label: 'For 7 days' },
  { id: '30d', label: 'For 30 days' },
  { id: 'once', label: 'Once' },
] as const;
export type Term = (typeof TERMS)[number]['id'];

export type Granted = { readonly service: string; readonly target: string; readonly seen: number; readonly term: Term; readonly reason: string };

export const noteOf = (text: string): Note | null => (text.trim() === '' ? null : (text.trim() as Note));

/** The command for a choice. Its names come from the service, or were checked before. */
export const grantOf = ({ service, target, seen, term, reason }: Granted): ConsoleCommand => ({
  operation: 'access.grant',
  service: service as ServiceName,
  target: target as Target,
  seen: seen as Sequence,
  reason: noteOf(reason),
  duration: (parseLength(term) ?? null) as Milliseconds | null,
  once: term === 'once',
  offline: null,
});

/** What it means, in a sentence. */
export const grantText = ({ service, target, term }: Pick<Granted, 'service' | 'target' | 'term'>): string => {
  const what = target.endsWith('/') ? `everything under ${target}` : target;
  const limit = term === 'always' ? '' : term === 'once' ? ' once' : ` ${TERMS.find(({ id }) => id === term)?.label.toLowerCase() ?? ''}`;
  return `${service} may read ${what}${limit}`;
};
