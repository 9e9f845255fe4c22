import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { ServiceName, sure, Target } from '../../events/vocabulary.ts';
import { refusedHere } from '../failure.ts';
import { createSecretsClient, JetlockError } from '../mod.ts';
import { adminOf } from './installation.ts';
import { startTestService } from './mod.ts';

const jetlock = await startTestService({ secrets: { 'app/DATABASE_URL': 'postgres://one' } });
test.after.always(() => jetlock.stop());

const wishes = { DATABASE_URL: 'to keep the orders', API_KEY: 'to ask the bank' };

test('a program gets the secrets of a test, its rotations, and what is approved while it waits', async (t) => {
  const secrets = createSecretsClient(wishes, jetlock.clientOptions);
  t.teardown(() => secrets.close());
  t.is(await secrets.getSecret('DATABASE_URL'), 'postgres://one');
  const rotated = new Promise((resolve) => secrets.onChange('DATABASE_URL', resolve));
  await jetlock.set('app/DATABASE_URL', 'postgres://two');
  t.is(await rotated, 'postgres://two');

  const waiting = secrets.waitFor('API_KEY', { timeoutMs: 30_000 });
  await jetlock.set('app/API_KEY', 'key');
  await jetlock.approve('app/API_KEY');
  t.is(await waiting, 'key');
});

test('what is no name is refused before anything is sent', async (t) => {
  const isArgument = { instanceOf: JetlockError, code: 'argument' };
  await t.throwsAsync(() => jetlock.set('app', 'x'), isArgument);
  await t.throwsAsync(() => jetlock.approve('app'), isArgument);
});

test('what is approved while its card comes in is approved, upon the card', async (t) => {
  const target = sure(Target, 'app/API_KEY');
  const tried: number[] = [];
  const list = () => async () => E.right({ items: tried.length === 0 ? [] : [{ target, seq: 7 }] });
  const command = ({ seen }: { readonly seen: number }) => async () => (tried.push(seen), tried.length === 1 ? E.left(refusedHere('changed')) : E.right({}));
  const nobody = () => () => Promise.reject(new Error('not asked'));
  await adminOf({ list, command, query: nobody, writeSecret: nobody } as never).grant(sure(ServiceName, 'test'), target);
  t.deepEqual(tried, [0, 7]);
  const refuses = () => async () => E.left(refusedHere('role'));
  await t.throwsAsync(adminOf({ list, command: refuses, query: nobody, writeSecret: nobody } as never).grant(sure(ServiceName, 'test'), target), { code: 'role' });
});
