/** `secrets.admin.<operation>`: what an admin signed is verified, allowed by role, then answered or carried out. */
import { chain, isLeft, left, right, type Either } from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { equalText, fromBase64 } from '../../crypto/bytes.ts';
import { valueDigest } from '../../crypto/hash.ts';
import { VALUE_BYTES_MAX, type SaltedValue } from '../../crypto/value.ts';
import { AdminCommand } from '../../events/command.ts';
import { SIGNED_AFTER_MS, SIGNED_BEFORE_MS } from '../../events/fold/judge.ts';
import { OpenStatement, type Origin } from '../../events/record.ts';
import { refuse, type Refusal } from '../../events/refusal.ts';
import { sure, Sequence, type AdminName, type Digest, Version } from '../../events/vocabulary.ts';
import { mismatchNote } from '../../protocol/mismatch.ts';
import { isCommand, isKept, isQuery, queries, roleFor, type Done, type KeptQuery, type QueryName, type QueryReply, type QueryRequest } from '../../protocol/operations.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import type { Execute, Executed, Prepare } from '../log/execute.ts';
import type { Replica } from '../log/replica.ts';
import { signedStatement, type SignedStatement } from '../request/authenticate.ts';
import { decodeAs, parseBody } from '../request/body.ts';
import type { Opened } from '../request/open.ts';
import type { AskKept } from './kept.ts';
import { rotationNote } from './rotation-note.ts';

type Seen = Exclude<QueryName, KeptQuery>;
export type Views = { readonly [Q in Seen]: (args: QueryRequest<Q>) => Promise<Either<Refusal, QueryReply<Q>>> };

export type AdminParts = {
  readonly replica: Replica;
  readonly execute: Execute;
  readonly prepare: (salted: SaltedValue | null) => Prepare;
  readonly views: Views;
  readonly kept: AskKept;
  /** Completes what follows a command, such as destroying keys; what it cannot complete now, which is a Left, it does later. */
  readonly tidy: () => Promise<Either<unknown, unknown>>;
};

type Asked = { readonly operation: string; readonly command: unknown; readonly admin: AdminName; readonly signed: SignedStatement };

const operationOf = (command: unknown): string =>
  typeof command === 'object' && command !== null && 'operation' in command && typeof command.operation === 'string' ? command.operation : '';

/** The signer is an admin of this installation whose role allows it, now. A command is judged again at its place in the log. */
const authorise = ({ fold, subjects }: Replica, { request }: Opened, signed: SignedStatement): Either<Refusal, Asked> => {
  const statement = parseBody(OpenStatement, request.body);
  if (isLeft(statement)) return statement;
  const { keyring, admin: name, at, command } = statement.right;
  const admin = fold.world.admins.get(name);
  const operation = operationOf(command);
  const now = Math.max(fold.world.now, Date.now());
  if (admin?.keys.has(signed.key) !== true) return left(refuse('signature'));
  if (keyring !== fold.world.keyring?.id) return left(refuse('wrong_service'));
  if (at < now - SIGNED_BEFORE_MS || at > now + SIGNED_AFTER_MS) return left(refuse('outdated'));
  if (request.subject !== subjects.admin(operation)) return left(refuse('malformed', 'another subject'));
  if (!isQuery(operation) && !isCommand(operation)) return left(refuse('malformed', 'no such operation'));
  const role = roleFor(operation);
  return admin.role === 'admin' || admin.role === role || role === 'auditor'
    ? right({ operation, command, admin: name, signed })
    : left(refuse('role', operation));
};

/** The value of a write, if it is the one that was signed. */
const enclosedValue = (digest: Digest, enclosed: Enclosed | null): Either<Refusal, SaltedValue> => {
  if (enclosed === null) return left(refuse('malformed', 'no value'));
  const salted = { salt: fromBase64(enclosed.salt), value: fromBase64(enclosed.value) };
  if (salted.value.length > VALUE_BYTES_MAX) return left(refuse('too_large'));
  return equalText(valueDigest(salted.salt, salted.value), digest) ? right(salted) : left(refuse('digest_mismatch'));
};

/** Carried out by an admin's word alone, these have something that must follow before the answer. */
const isFollowed = (operation: string): boolean => ['secret.delete', 'namespace.delete', 'namespace.rotate', 'key.rotate'].includes(operation);

const FOLLOW_LIMIT_MS = 5_000;

const notes: Readonly<Record<string, string>> = {
  'secret.delete':
    'its key is destroyed. copies of the broker\'s disk from before stay readable with the operator key of now: `jetlock key rotate` ends that',
  'namespace.delete':
    'its keys are destroyed. copies of the broker\'s disk from before stay readable with the operator key of now: `jetlock key rotate` ends that',
};

/** Whether it was completed in time. */
const inTime = async (task: Promise<Either<unknown, unknown>>): Promise<boolean> => {
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), FOLLOW_LIMIT_MS).unref());
  const ended = await Promise.race([task, late]);
  return ended !== 'late' && !isLeft(ended);
};

const carryOut = async (parts: AdminParts, command: AdminCommand, signed: SignedStatement, salted: SaltedValue | null): Promise<Either<Refusal, Done>> => {
  const { replica, execute, prepare, tidy } = parts;
  const origin: Origin = { by: 'admin', ...signed };
  const executed = await execute(origin, prepare(salted));
  if (isLeft(executed)) return executed;
  const isComplete = !isFollowed(command.operation) || (await inTime(tidy()));
  return right(done(replica, command, executed.right, isComplete));
};

/** A repeated command gets the version that its first run made, by the place of that in the log. */
const versionOf = ({ fold }: Replica, command: AdminCommand, { seq }: Executed): number | null => {
  if (command.operation !== 'secret.write' && command.operation !== 'secret.rollback') return null;
  const versions = fold.world.secrets.get(command.path)?.versions ?? [];
  return (versions.find((version) => version.seq === seq) ?? versions.at(-1))?.version ?? null;
};

const UNFINISHED = 'it counts from now on, but the old keys are not destroyed yet: the service tries again by itself, also after a restart';

/** Nothing to be told of a repeated command: its first run told it, and the read models do. */
const noteOn = (replica: Replica, command: AdminCommand, { events }: Executed, isComplete: boolean): string | null => {
  if (!isComplete) return UNFINISHED;
  const written = events.find((event) => event.type === 'SecretWritten');
  if (written !== undefined) return mismatchNote(written.checks);
  return command.operation === 'key.rotate' ? rotationNote(replica, command) : (notes[command.operation] ?? null);
};

const done = (replica: Replica, command: AdminCommand, executed: Executed, isComplete: boolean): Done => {
  const version = versionOf(replica, command, executed);
  return {
    changed: executed.seq > 0,
    seq: sure(Sequence, executed.seq),
    version: version === null ? null : sure(Version, version),
    note: noteOn(replica, command, executed, isComplete),
  };
};

const command = async (parts: AdminParts, { request }: Opened, asked: Asked): Promise<Either<Refusal, Done>> => {
  const decoded = decodeAs(AdminCommand, asked.command);
  if (isLeft(decoded)) return decoded;
  if (decoded.right.operation !== 'secret.write') return carryOut(parts, decoded.right, asked.signed, null);
  const salted = enclosedValue(decoded.right.digest, request.enclosed);
  return isLeft(salted) ? salted : carryOut(parts, decoded.right, asked.signed, salted.right);
};

const query = async ({ views, kept }: AdminParts, opened: Opened, { operation, command: args, admin }: Asked & { readonly operation: QueryName }, isRelayed: boolean): Promise<Either<Refusal, unknown>> => {
  const decoded = decodeAs(queries[operation].request, args);
  if (isKept(operation)) return isLeft(decoded) ? decoded : kept({ opened, admin, operation, isRelayed });
  // The codec of the operation has made them the arguments of its view.
  const view = views[operation] as (args: unknown) => Promise<Either<Refusal, unknown>>;
  return isLeft(decoded) ? decoded : view(decoded.right);
};

export const makeAdmin =
  (parts: AdminParts) =>
  async (opened: Opened, isRelayed: boolean): Promise<Either<Refusal, unknown>> => {
    const asked = pipe(
      signedStatement(opened.request),
      chain((signed) => authorise(parts.replica, opened, signed)),
    );
    if (isLeft(asked)) return asked;
    opened.session.remember(`admin ${asked.right.admin}`);
    const { operation } = asked.right;
    return isQuery(operation) ? query(parts, opened, { ...asked.right, operation }, isRelayed) : command(parts, opened, asked.right);
  };
