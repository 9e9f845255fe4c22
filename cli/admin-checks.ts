/** What the service tells admins alone, which `jetlock doctor` wants to know: how old keys are, and whether the read models follow the log. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { AdminClient } from '../client/admin.ts';
import { ServiceName, sure } from '../events/vocabulary.ts';
import type { KeyStatusView } from '../protocol/views.ts';
import { fine, unseen, wrong, type Check } from './check.ts';
import { failureOfClient } from './client-failure.ts';
import { withAdmin } from './connect.ts';
import { EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { ageText, keyFindings } from './key-advice.ts';
import type { Options } from './options.ts';
import type { Failure } from './failure.ts';

const agesOf = ({ operatorKeySince, keys }: KeyStatusView, now: number): string =>
  [`operator ${ageText(operatorKeySince, now)}`, ...keys.filter(({ current }) => current).map(({ purpose, addedAt }) => `${purpose} ${ageText(addedAt, now)}`)].join(', ');

/** @param now milliseconds since 1970 UTC */
export const keyChecks = (status: KeyStatusView, now: number): ReadonlyArray<Check> => {
  const findings = keyFindings(status, now);
  const told = findings.map(({ isDue, what, mend }): Check => ({ check: 'keys', ok: !isDue, detail: what, mend }));
  return [...told, ...(findings.some(({ isDue }) => isDue) ? [] : [fine('keys', `ages: ${agesOf(status, now)}`)])];
};

/** Nobody has that name; to say so the read models have to be where the log is. */
const NOBODY = sure(ServiceName, 'jetlock-doctor');
const BEHIND = 'look in the log of jetlock serve for why read models stand still; if they do for long, run jetlock projections rebuild';

/** Asked of a service that has answered something else: what it does not answer now, it waits for its read models with. */
const readModelsCheck = async (admin: AdminClient): Promise<Check> => {
  const answer = await admin.query('service.list', { service: NOBODY })();
  return E.isRight(answer) ? fine('read models', 'they hold all that is in the log') : wrong('read models', 'they are behind the log', BEHIND);
};

const asked = async (admin: AdminClient, now: number): Promise<ReadonlyArray<Check>> => {
  const status = await admin.query('key.status', {})();
  if (E.isRight(status)) return [...keyChecks(status.right, now), await readModelsCheck(admin)];
  const { message, hint } = failureOfClient(status.left);
  return notSeen(status.left._tag === 'refusal' ? wrong : unseen, message, hint);
};

const notSeen = (as: typeof unseen, detail: string, mend: string | undefined): ReadonlyArray<Check> => ['keys', 'read models'].map((check) => as(check, detail, mend ?? 'ask again in a moment'));

/** As the admin of `--identity`, whose NATS user has to be one that may ask as an admin. */
export const adminChecks = async (options: Options, io: Io, now: number): Promise<ReadonlyArray<Check>> => {
  const { identity } = options.text;
  if (identity === undefined) return notSeen(unseen, 'only admins are told', 'give --identity FILE, and the NATS user of an admin');
  const path = resolve(io.directory, identity);
  // A name that is mistyped is to be seen; a file of somebody else says nothing of the installation.
  if (!existsSync(path)) return notSeen(wrong, `cannot read ${path}: it does not exist`, 'check the path');
  let checks: ReadonlyArray<Check> = [];
  const done = await withAdmin(options, io, (admin) => async () => {
    checks = await asked(admin, now);
    return E.right<Failure, typeof EXIT.ok>(EXIT.ok);
  })();
  return E.isLeft(done) ? notSeen(unseen, done.left.message, done.left.hint) : checks;
};
