/** What the client reports, as a command tells it. */
import type { ClientFailure } from '../client/failure.ts';
import type { NatsFailure } from '../client/nats/connect.ts';
import type { FileFailure } from '../client/secret-file.ts';
import { codeOf } from '../protocol/refusal.ts';
import type { WireRefusal } from '../protocol/wire.ts';
import { EXIT, exitCodeOfRefusal, type ExitCode } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

const EXITS: Readonly<Record<Exclude<ClientFailure['_tag'], 'refusal'>, ExitCode>> = {
  unavailable: EXIT.unavailable,
  forbidden: EXIT.configuration,
  distrusted: EXIT.configuration,
  not_understood: EXIT.configuration,
};

/** The command line signs anew at each call, so repeating it is not the repetition that the service speaks of. */
const hintOf = ({ code, hint }: WireRefusal): string =>
  code === 'unknown_outcome' ? 'look whether it was done, and repeat it only if it was not' : hint;

const ofRefusal = (refusal: WireRefusal): Failure => {
  const code = codeOf(refusal);
  const message = refusal.detail === null ? refusal.message : `${refusal.message}: ${refusal.detail}`;
  return { code, ...fail(exitCodeOfRefusal(code), message, hintOf(refusal)) };
};

/** What the library calls by the name of its own option. */
export const INBOX_HINT = 'give --inbox-prefix PREFIX, or set JETLOCK_INBOX_PREFIX: the prefix that jetlock nats-config printed for this NATS user';

/** A failure of the client with its exit code; of a refusal also its stable code. */
export const failureOfClient = (failure: ClientFailure): Failure => {
  if (failure._tag === 'refusal') return ofRefusal(failure.refusal);
  const hint = failure._tag === 'forbidden' && failure.isInbox === true ? INBOX_HINT : failure.hint;
  return { code: failure._tag, ...fail(EXITS[failure._tag], failure.why, hint) };
};

/** A file that should hold a key and does not, or that others may read. */
export const failureOfFile = ({ why, hint }: FileFailure): Failure => fail(EXIT.configuration, why, hint);

/** NATS cannot be reached, or what was given for it cannot be used. */
export const failureOfNats = (failure: NatsFailure): Failure => (failure._tag === 'file' ? failureOfFile(failure) : failureOfClient(failure));
