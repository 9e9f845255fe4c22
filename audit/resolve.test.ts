import test from 'ava';
import fc from 'fast-check';
import { utf8 } from '../crypto/bytes.ts';
import { nextHead } from '../crypto/log.ts';
import { Head } from '../events/record.ts';
import { sure } from '../events/vocabulary.ts';
import { forge, linesOf, withKey } from '../tests/support/audit.ts';
import { newHistory, type Draft, type History, OPERATOR_KEY } from '../tests/support/history.ts';
import { digestOf, fingerprintOf, idOf } from '../tests/support/names.ts';
import { makeResolver } from './resolve.ts';

const excludedOf = ({ messages, subjects }: History) => {
  const resolver = makeResolver(subjects);
  for (const message of messages) resolver.add(message);
  return resolver.excluded();
};

let count = 100;
const newKey = (history: History): Draft =>
  history.draft.replica('key.add', { key: { id: idOf((count += 1)), purpose: 'box', public: null, signature: null } }, { made: { key: { id: idOf(count), wrappedBy: OPERATOR_KEY } } });
const namespace = (history: History): Draft => history.draft.admin('namespace.create', { namespace: `ns/n${(count += 1)}` }, { made: { key: { id: idOf(count), wrappedBy: idOf(2) } } });
const register = (history: History): Draft =>
  history.draft.service({ service: `s${(count += 1)}`, kind: 'token', verifier: digestOf(count), fingerprint: fingerprintOf(count) });

/** The head that a writer would have who had accepted what a forger wants, after another. */
const after = (history: History, head: Head, seq: number): Head => {
  const { subject, data } = history.message(seq)!;
  return sure(Head, { seq, hash: nextHead(head.hash, seq, subject, data) });
};

type Intruder = { head: Head | undefined; readonly before: Head[] };
type Act = (history: History, intruder: Intruder) => unknown;

const acts: { readonly [name: string]: Act } = {
  // Of honest writers
  signed: (history) => history.append(namespace(history)),
  unsigned: (history) => history.append(register(history)),
  read: (history) => history.read({ service: 's', credential: fingerprintOf(1), paths: ['a/B'] }),
  late: (history) => {
    const late = register(history);
    history.append(namespace(history));
    history.append(late);
  },
  // Of an intruder
  forged: (history) => forge(history, register(history)),
  forgedKey: (history) => forge(history, newKey(history)),
  noHistory: (history) => forge(history, register(history), { head: { seq: history.fold.applied(), hash: digestOf(5) } }),
  junk: (history) => history.publish({ subject: history.subjects.state.keyring, data: utf8('{'), mac: '' }),
  again: (history) => history.publish(history.messages[history.messages.length >> 1]!),
  copied: (history) => {
    const { subject, data } = history.messages.findLast(({ subject: of }) => of.includes('.namespace.')) ?? history.messages[0]!;
    forge(history, { subject, record: JSON.parse(new TextDecoder().decode(data)) as never }, { prev: history.fold.previous(subject), head: history.fold.head() });
  },
  /** A history of the intruder's own, each record attesting the one before. */
  branch: (history, intruder) => {
    const head = intruder.head ?? history.fold.head();
    intruder.head = after(history, head, forge(history, register(history), { head }));
  },
  /** Records that attest a history without the last honest message. */
  framed: (history, { before }) => {
    const head = before.at(-2);
    if (head !== undefined) forge(history, register(history), { head: after(history, head, forge(history, newKey(history), { head })) });
  },
};

const anyActs = fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 25 });

const play = (names: ReadonlyArray<string>): History => {
  const history = newHistory();
  const intruder: Intruder = { head: undefined, before: [] };
  for (const name of names) {
    intruder.before.push(history.fold.head());
    acts[name]!(history, intruder);
  }
  return history;
};

test('whatever an intruder writes: once admins have signed after it, those without the key see what those with the key see', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyActs, async (names) => {
      const history = play(names);
      history.append(namespace(history));
      history.append(namespace(history));
      const seen = async (options: object) =>
        (await linesOf(history, options)).map(({ seq, what, outcome, about }) => ({ seq, outcome, ...(outcome === 'skipped' ? {} : { what, about }) }));
      t.deepEqual(await seen({}), await seen(withKey));
    }),
    { numRuns: 150 },
  );
});

test('what no later record attests counts, but is not confirmed', (t) => {
  const history = newHistory();
  const seq = forge(history, register(history));
  t.is(excludedOf(history).size, 0);
  history.append(register(history));
  t.is(excludedOf(history).size, 0, 'its writer names the head before the forged one: it says nothing about it');
  history.append(register(history));
  t.deepEqual([...excludedOf(history)], [[seq, 'unaccepted']]);
});

test('records without a signature, however many, do not outweigh one that an admin signed', (t) => {
  const history = newHistory();
  const head = history.fold.head();
  const { seq } = history.append(namespace(history));
  let forged = head;
  for (let n = 0; n < 50; n += 1) forged = after(history, forged, forge(history, register(history), { head: forged }));
  t.false(excludedOf(history).has(seq));
  history.append(namespace(history));
  history.append(namespace(history));
  const excluded = excludedOf(history);
  t.is(excluded.size, 50);
  t.false(excluded.has(seq));
});

test('a flood between two records of writers is told apart', (t) => {
  const history = newHistory();
  const forged: number[] = [];
  for (let n = 0; n < 400; n += 1) forged.push(forge(history, register(history)));
  const late = register(history);
  const { seq } = history.append(namespace(history));
  for (let n = 0; n < 400; n += 1) forged.push(forge(history, register(history)));
  history.append(late);
  history.append(namespace(history));
  t.deepEqual([...excludedOf(history).keys()], forged);
  t.false(excludedOf(history).has(seq));
});

test('heads that nobody had, however many, do not keep the true one from being found', (t) => {
  const history = newHistory();
  const forged: number[] = [];
  for (let n = 0; n < 15; n += 1) forged.push(forge(history, register(history)));
  const { seq } = history.append(namespace(history));
  for (let n = 0; n < 500; n += 1) forged.push(forge(history, register(history), { head: { seq, hash: digestOf(1000 + n) } }));
  history.append(namespace(history));
  t.deepEqual([...excludedOf(history).keys()], forged);
});

test('a long log is settled on the way, with the same result', (t) => {
  const history = newHistory();
  const forged: number[] = [];
  for (let n = 0; n < 18_000; n += 1) {
    if (n % 1000 === 0) forged.push(forge(history, newKey(history)));
    if (n % 500 === 0) history.append(namespace(history));
    else history.read({ service: 's', credential: fingerprintOf(1), paths: ['a/B'] });
  }
  t.deepEqual([...excludedOf(history).keys()], forged);
});
