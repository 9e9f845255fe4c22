import test from 'ava';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { fromUtf8, utf8 } from '../../crypto/bytes.ts';
import { Redacted } from '../../crypto/redacted.ts';
import { makeFold } from '../../events/fold/fold.ts';
import type { LogMessage } from '../../events/log/log.ts';
import { notedOf } from '../../projections/audit/kinds.ts';
import { LOG_KEY, logCrypto, newHistory } from '../../tests/support/history.ts';
import type { Replica } from '../log/replica.ts';
import { readEntries } from './entries.ts';

test('a line is told only of the very message that the service wrote: its MAC is checked again when it is read', async (t) => {
  const history = newHistory();
  history.write('prod/shop/KEY', { description: 'as written' });
  const { subjects, messages } = history;
  const fold = makeFold(subjects, logCrypto);
  const noted = messages.map((message) => notedOf(fold.apply(message))).at(-1)!;
  const found = noted.kinds.map((kind, entry) => ({ seq: noted.seq, at: noted.at, entry, kind }));
  const written = messages.at(-1)!;
  const told = async (message: LogMessage): Promise<string> => {
    const replica = { subjects, keyring: { opened: () => new Redacted(LOG_KEY) }, log: { at: () => TE.right(O.some(message)) } };
    const entries = await readEntries(replica as unknown as Replica, found);
    return isLeft(entries) ? entries.left.code : JSON.stringify(entries.right);
  };
  t.regex(await told(written), /"verified":"mac"/);
  // The digest of the index does not see it: only what is in the record has changed.
  const altered = await told({ ...written, data: utf8(fromUtf8(written.data).replaceAll('as written', 'as forged!')) });
  t.notRegex(altered, /"verified":"mac"/);
  t.regex(altered, /"finding":"history changed"/);
});
