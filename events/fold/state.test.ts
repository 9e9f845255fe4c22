import test from 'ava';
import equal from 'fast-deep-equal';
import fc from 'fast-check';
import { newHistory, logCrypto, OPERATOR_KEY, type History } from '../../tests/support/history.ts';
import { saidOf } from '../../tests/support/decisions.ts';
import { digestOf, fingerprintOf, idOf, keyPairOf } from '../../tests/support/names.ts';
import { decoded } from '../fits.ts';
import type { LogMessage } from '../log/log.ts';
import { makeFold, type Fold } from './fold.ts';
import { KEPT } from './heads.ts';
import { Section } from './saved.ts';
import { newRestoring, newState, restoreLine } from './state.ts';

const { subjects } = newHistory({ begun: false });
const SERVICES = ['billing', 'shop'];
const PATHS = ['prod/a/ONE', 'prod/a/TWO', 'prod/b/ONE'];

type Step = (history: History, n: number) => unknown;

const reading = (history: History, service: string) => ({ service, credential: fingerprintOf(SERVICES.indexOf(service) + 1), paths: PATHS });

/** Things that happen, or are refused; `n` chooses among what they can be about. */
const STEPS: ReadonlyArray<Step> = [
  (history, n) => history.write(PATHS[n % 3] ?? ''),
  (history, n) => history.approved(SERVICES[n % 2] ?? '', (n % 2) + 1),
  (history, n) => history.grant(SERVICES[n % 2] ?? '', ['prod/', ...PATHS][n % 4] ?? '', { once: n % 3 === 0, duration: n % 5 === 0 ? 60_000 : null }),
  (history, n) => history.deny(SERVICES[n % 2] ?? '', PATHS[n % 3] ?? ''),
  (history, n) => history.revoke(SERVICES[n % 2] ?? '', PATHS[n % 3] ?? ''),
  (history, n) => history.replica('access.request', { service: SERVICES[n % 2], target: PATHS[n % 3], description: null, read: { seq: 1, id: idOf(n) } }),
  (history, n) => history.replica('secret.stub', { path: `prod/a/NEW-${n % 3}`, service: SERVICES[n % 2], description: null, read: 1 }),
  (history, n) => history.write(`prod/a/NEW-${n % 3}`),
  (history, n) => history.admin('secret.disable', { path: PATHS[n % 3] }),
  (history, n) => history.admin('secret.describe', { path: PATHS[n % 3], description: `note ${n}` }, { id: idOf(900 + (n % 3)) }),
  (history, n) => history.admin('secret.describe', { path: PATHS[n % 3], description: `other ${n}` }, { events: [] }),
  (history, n) => history.admin('admin.add', { admin: `admin-${n % 2}`, key: keyPairOf(2 + (n % 2)).publicKey, role: 'admin' }),
  (history, n) => history.admin('admin.key.add', { admin: `admin-${n % 2}`, key: keyPairOf(4 + (n % 3)).publicKey, label: n % 2 === 0 ? null : 'Firefox' }),
  (history, n) => history.admin('admin.logout', { admin: `admin-${n % 2}` }),
  (history, n) => history.admin('admin.remove', { admin: `admin-${n % 2}` }),
  (history, n) => history.admin('token.issue', { admin: 'root', token: idOf(300 + n), label: `t-${n % 3}`, role: 'writer', digest: digestOf(n), until: history.now() + 5_000 }),
  (history, n) => history.admin('secret.delete', { path: PATHS[n % 3] }),
  (history, n) => history.admin('namespace.delete', { namespace: n % 2 === 0 ? 'prod/a' : 'prod/b' }),
  (history, n) => history.replica('key.add', { key: { id: idOf(500 + n), purpose: 'box', public: null, signature: null } }, { made: { key: { id: idOf(500 + n), wrappedBy: OPERATOR_KEY } } }),
  (history, n) => history.read(reading(history, SERVICES[n % 2] ?? '')),
  (history, n) => history.publish({ subject: subjects.state.keyring, data: Uint8Array.of(n), mac: '' }),
  (history, n) => history.publish({ subject: `${subjects.anyState.slice(0, -1)}junk.${n}`, data: Uint8Array.of(n), mac: '' }),
  (history, n) => history.publish(history.message(1 + (n % history.messages.length)) as LogMessage),
  (history, n) => history.pass(n * 2_000),
];

const messagesOf = (steps: ReadonlyArray<readonly [number, number]>): ReadonlyArray<LogMessage> => {
  const history = newHistory();
  for (const [which, n] of steps) {
    try {
      STEPS[which]?.(history, n);
    } catch (error) {
      // A command that is refused at the door never reaches the log.
      if (!(error instanceof Error) || !error.message.startsWith('refused')) throw error;
    }
  }
  return history.messages;
};

const restored = (lines: Iterable<string>): Fold => {
  const restoring = newRestoring();
  // A restore takes rows as they are, so what is saved has to be of the shape that its types say.
  for (const line of lines) if (!equal(decoded(Section, JSON.parse(line)), JSON.parse(line)) || !restoreLine(restoring, line)) throw new Error(`not read: ${line.slice(0, 200)}`);
  return makeFold(subjects, logCrypto, restoring.state);
};

const said = (fold: Fold, messages: ReadonlyArray<LogMessage>): ReadonlyArray<string> =>
  messages.map((message) => {
    const folded = fold.apply(message);
    return `${folded.now} ${saidOf(folded)} ${JSON.stringify('outcomes' in folded.verdict ? folded.verdict.outcomes : null)}`;
  });

const steps = fc.array(fc.tuple(fc.nat(STEPS.length - 1), fc.nat(30)), { minLength: 5, maxLength: 60 });

test('a fold that was saved anywhere goes on as if it had not been', (t) => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(steps, fc.nat(1000), (history, at) => {
      const messages = messagesOf(history);
      const point = at % (messages.length + 1);
      const whole = makeFold(subjects, logCrypto);
      said(whole, messages.slice(0, point));
      const again = restored(whole.save());
      t.deepEqual([...again.save()], [...whole.save()]);
      const [expected, found] = [said(whole, messages.slice(point)), said(again, messages.slice(point))];
      for (const one of expected) kinds.add(one.split(' ')[1] ?? '');
      t.deepEqual(found, expected);
      t.deepEqual([...again.save()], [...whole.save()]);
      t.deepEqual([again.head(), again.applied(), again.world.pending], [whole.head(), whole.applied(), whole.world.pending]);
    }),
    { numRuns: 200 },
  );
  t.deepEqual([...kinds].sort(), ['read', 'skipped', 'state', 'void']);
});

test('what is saved is the fold as of then, whatever is folded while it is written', (t) => {
  const messages = messagesOf(Array.from({ length: 40 }, (_, n) => [n % STEPS.length, n] as const));
  const fold = makeFold(subjects, logCrypto);
  said(fold, messages.slice(0, 20));
  const expected = [...fold.save()];
  const lines = fold.save();
  said(fold, messages.slice(20));
  t.deepEqual([...lines], expected);
});

test('a command that was used is still used up after a restore', (t) => {
  const history = newHistory();
  history.write('prod/a/ONE');
  const id = idOf(4242);
  history.admin('secret.disable', { path: 'prod/a/ONE' }, { id });
  const fold = restored(history.fold.save());
  const repeated = history.admin('secret.enable', { path: 'prod/a/ONE' }, { id });
  t.is(saidOf(repeated), 'void replayed');
  t.is(saidOf(fold.apply(history.messages.at(-1) as LogMessage)), 'void replayed');
});

test('heads that were forgotten stay so', (t) => {
  const state = newState();
  for (let seq = 1; seq <= KEPT + 10; seq += 1) state.heads.push({ seq: seq as never, hash: logCrypto.noHead });
  const fold = makeFold(subjects, logCrypto, state);
  const again = restored(fold.save());
  t.is(again.headAt(10), undefined);
  t.is(again.headAt(11), logCrypto.noHead);
  t.deepEqual([...again.save()], [...fold.save()]);
});

test('a line of another kind is not restored', (t) => {
  for (const line of ['{}', '[]', '{"section":"other","rows":[]}', '{"section":"toString","rows":[]}']) t.false(restoreLine(newRestoring(), line), line);
});
