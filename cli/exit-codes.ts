/**
 * How a command of `jetlock` ends. The numbers up to 78 are those of sysexits.h, so that a shell script or a supervisor can
 * tell "try again later" from "ask a person" from "mend the configuration". They are stable.
 */
export const EXIT = {
  ok: 0,
  /**
   * What was looked at is not as it should be: the audit log is not what the service wrote (history changed, messages missing, a
   * wrong signature), or a generated file is out of date.
   */
  findings: 1,
  /** Unknown command or option, missing argument. */
  usage: 64,
  /** A path, a file or a value that cannot be taken as it is. */
  badInput: 65,
  /** Nothing of that name; said to admins only, a service is told `refused`. */
  notFound: 66,
  /** The service or NATS does not answer, or is too busy: worth trying again. */
  unavailable: 69,
  /** A defect of Jetlock itself. */
  defect: 70,
  /** The credential waits for an admin. */
  pending: 75,
  /** Every refusal of access, also a wait that ran out. */
  refused: 77,
  /** An environment variable, a file's permissions, the stream, where NATS is or what its user may do is not as it must be. */
  configuration: 78,
  /** Stopped by the user: 128 + SIGINT, as shells say it. */
  interrupted: 130,
  /** The reader of our output went away: 128 + SIGPIPE. */
  brokenPipe: 141,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_REFUSAL: Readonly<Record<string, ExitCode>> = {
  credential_pending: EXIT.pending,
  refused: EXIT.refused,
  role: EXIT.refused,
  signature: EXIT.refused,
  replayed: EXIT.refused,
  unauthorized: EXIT.refused,
  unavailable: EXIT.unavailable,
  busy: EXIT.unavailable,
  unknown_outcome: EXIT.unavailable,
  behind: EXIT.unavailable,
  stale: EXIT.configuration,
  outdated: EXIT.configuration,
  wrong_service: EXIT.configuration,
  not_found: EXIT.notFound,
};

/** The exit code for the code of a refusal; every code that is not listed is about input. */
export const exitCodeOfRefusal = (code: string): ExitCode =>
  (Object.hasOwn(OF_REFUSAL, code) ? OF_REFUSAL[code] : undefined) ?? EXIT.badInput;
