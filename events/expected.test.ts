import test from 'ava';
import { cameTo } from '../tests/support/decisions.ts';
import { newHistory, type History } from '../tests/support/history.ts';
import { idOf } from '../tests/support/names.ts';
import type { Expectation } from './expectation.ts';
import { EXPECTATIONS_OF_A_PATH_MAX, EXPECTATIONS_OF_A_SERVICE_MAX, expectationsOf } from './expected.ts';
import { SecretPath, sure } from './vocabulary.ts';

const PATH = 'billing/stripe/KEY';
const read = { seq: 1, id: idOf(1) };
const uri = { format: 'uri', pattern: null };
const live = { format: null, pattern: '^sk_' };
const about = (target = PATH, service = 'invoicer') => ({ service, target, read });
const request = (history: History, expected: object, ...of: Parameters<typeof about>) => history.replica('access.request', { ...about(...of), description: null, ...expected });
const expectNow = (history: History, expected: object, ...of: Parameters<typeof about>) => history.replica('access.expect', { ...about(...of), ...expected });
const expecting = (history: History, expected: object, ...of: Parameters<typeof about>) => cameTo(history.decide.replica('access.expect', { ...about(...of), ...expected }));
const counts = ({ fold }: History): ReadonlyArray<readonly [string, Expectation]> => expectationsOf(fold.world, sure(SecretPath, PATH), fold.world.now);

test('given a request with a format, then it counts, and the last that was asked for does', (t) => {
  const history = newHistory();
  request(history, uri);
  t.deepEqual(counts(history), [['invoicer', uri]]);
  t.is(expecting(history, uri), 'nothing');
  t.is(expecting(history, live), 'ExpectationChanged');
  const { seq } = expectNow(history, live);
  t.deepEqual(counts(history), [['invoicer', live]]);
  t.is(history.seen.access(about()), seq);
  expectNow(history, { format: null, pattern: null });
  t.deepEqual(counts(history), []);
});

test('given a grant, when its service expects something else, then an admin who saw the grant can still revoke it', (t) => {
  const history = newHistory();
  history.grant('invoicer', PATH);
  const seen = history.seen.access(about());
  expectNow(history, live);
  t.deepEqual(counts(history), [['invoicer', live]]);
  t.is(cameTo(history.decide.admin('access.revoke', { service: 'invoicer', target: PATH, seen, reason: null })), 'AccessRevoked');
});

test('given two services, then each has its own', (t) => {
  const history = newHistory();
  request(history, uri);
  request(history, live, PATH, 'till');
  t.deepEqual(counts(history), [['invoicer', uri], ['till', live]]);
});

test('given neither access nor a request, then nothing is expected; a prefix is enough, until it is over', (t) => {
  const history = newHistory();
  t.is(expecting(history, uri), 'nothing');
  history.grant('invoicer', 'billing/', { duration: 1000 });
  t.is(expecting(history, uri), 'ExpectationChanged');
  expectNow(history, uri);
  t.deepEqual(counts(history), [['invoicer', uri]]);
  history.pass(1000);
  t.is(expecting(history, live), 'nothing');
  t.deepEqual(expectationsOf(history.fold.world, sure(SecretPath, PATH), history.fold.world.now + 1000), []);
});

for (const close of ['deny', 'revoke'] as const)
  test(`after ${close} a service expects nothing any more`, (t) => {
    const history = newHistory();
    request(history, uri);
    history[close]('invoicer', PATH);
    t.deepEqual(counts(history), []);
    t.is(history.fold.world.expected.size, 0);
  });

test('a revoked prefix takes away what was expected below it, of that service alone', (t) => {
  const history = newHistory();
  for (const service of ['invoicer', 'till']) {
    history.grant(service, 'billing/');
    expectNow(history, uri, PATH, service);
  }
  history.revoke('invoicer', 'billing/');
  t.deepEqual(counts(history), [['till', uri]]);
});

test('a stub tells what its service expects', (t) => {
  const history = newHistory();
  history.replica('secret.stub', { path: PATH, service: 'invoicer', description: null, ...live, read: 1 });
  t.deepEqual(counts(history), [['invoicer', live]]);
});

test('there is an end to what is kept of a service and of a path; a request is made all the same', (t) => {
  const history = newHistory();
  history.grant('invoicer', 'billing/');
  for (let i = 0; i < EXPECTATIONS_OF_A_SERVICE_MAX; i += 1) expectNow(history, uri, `billing/S${i}`);
  t.is(expecting(history, uri), 'nothing');
  t.is(expecting(history, live, 'billing/S1'), 'ExpectationChanged');
  for (let i = 0; i < EXPECTATIONS_OF_A_PATH_MAX; i += 1) request(history, uri, PATH, `s${i}`);
  t.is(cameTo(history.decide.replica('access.request', { ...about(PATH, 'till'), description: null, ...uri })), 'AccessRequested');
  request(history, uri, PATH, 'till');
  t.is(counts(history).length, EXPECTATIONS_OF_A_PATH_MAX);
});

test('a check of what is not expected any more has the value looked at again', (t) => {
  const history = newHistory();
  request(history, uri);
  const check = { service: 'invoicer', kind: 'format', wanted: 'uri', fits: false };
  t.is(history.write(PATH, {}, [check]).verdict._tag, 'state');
  expectNow(history, live);
  t.throws(() => history.write(PATH, {}, [check]), { message: /superseded/ });
  t.is(history.write(PATH).verdict._tag, 'state');
});
