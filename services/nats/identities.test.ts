import { chmodSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import * as E from 'fp-ts/lib/Either.js';
import { identitiesIn } from './identities.ts';

const NAMES = ['service', 'auditor'] as const;
const directory = (): string => join(mkdtempSync(join(tmpdir(), 'jetlock-identities-')), 'nats');
const whyOf = (result: E.Either<{ readonly why: string; readonly hint: string }, unknown>): string =>
  E.isLeft(result) ? `${result.left.why}; ${result.left.hint}` : 'no failure';

test('identities are made once, each its own, and are the same the next time', (t) => {
  const at = directory();
  const made = identitiesIn(at, NAMES);
  if (E.isLeft(made)) return t.fail(made.left.why);
  t.regex(made.right.service.publicKey, /^U[A-Z2-7]{55}$/);
  t.not(made.right.service.publicKey, made.right.auditor.publicKey);
  t.is(made.right.auditor.seedFile, join(at, 'auditor.nk'));
  t.deepEqual(identitiesIn(at, NAMES), made);
  const more = identitiesIn(at, [...NAMES, 'client']);
  return t.like(more, { right: made.right });
});

test('seeds are private, and so is their directory', (t) => {
  const at = directory();
  identitiesIn(at, NAMES);
  t.is(statSync(at).mode & 0o777, 0o700);
  t.deepEqual(readdirSync(at).sort(), ['auditor.nk', 'service.nk']);
  for (const file of readdirSync(at)) t.is(statSync(join(at, file)).mode & 0o777, 0o600);
});

test('what others can look into is refused', (t) => {
  const at = directory();
  identitiesIn(at, NAMES);
  chmodSync(join(at, 'service.nk'), 0o640);
  t.regex(whyOf(identitiesIn(at, NAMES)), /service\.nk can be read by others; chmod 600/);
  chmodSync(join(at, 'service.nk'), 0o600);
  chmodSync(at, 0o750);
  t.is(whyOf(identitiesIn(at, NAMES)), `${at} is open to others; chmod 700 ${at}`);
  symlinkSync(at, `${at}-link`);
  t.regex(whyOf(identitiesIn(`${at}-link`, NAMES)), /is not a directory/);
});

test('a file that holds no seed is refused, and what it holds not told', (t) => {
  const at = directory();
  identitiesIn(at, NAMES);
  writeFileSync(join(at, 'service.nk'), 'SUAS3CR3T');
  t.regex(whyOf(identitiesIn(at, NAMES)), /service\.nk does not hold an nkey seed; remove it/);
  t.notRegex(whyOf(identitiesIn(at, NAMES)), /S3CR3T/);
});
