/** The admins of a race: each opens and closes one secret for one service, again and again, and knows what became of every decision. */
import type { AdminIdentity } from '../../client/credential.ts';
import type { AdminCommand } from '../../events/command.ts';
import { sure, Target, type Sequence } from '../../events/vocabulary.ts';
import type { Done } from '../../protocol/operations.ts';
import { subjects } from '../support/clients.ts';
import { pathOf, serviceOf } from '../support/steps.ts';
import { statementOf, type Wire } from '../support/wire.ts';
import type { Decided, Lane } from './race-checker.ts';

/** One lane of a race, and how it is opened and closed. */
export type Course = { readonly lane: Lane; readonly open: () => Promise<unknown>; readonly close: () => Promise<unknown> };

/** Longer than any restart of the broker; shorter than a signed statement is good for. */
const SETTLED_MS = 80_000;
const PAUSE_MS = 20;
/** A refusal with one of these says nothing of what became of the command, or that it may be carried out when sent again. */
const isOpenQuestion = ({ code, retryable }: { readonly code: string; readonly retryable: boolean }): boolean => retryable || code === 'unknown_outcome';

type Told = { readonly seq: number } | 'unknown' | { readonly refused: string };

/** Sends one signed statement until there is an answer that settles it. */
const told = async (wire: Wire, identity: AdminIdentity, command: AdminCommand): Promise<Told> => {
  const signed = statementOf(identity, command);
  for (const end = performance.now() + SETTLED_MS; performance.now() < end; ) {
    const answer = await wire.asAdmin(subjects.admin(command.operation), signed).catch(() => undefined);
    if (answer?.sealed === true && answer.refusal === null) return { seq: (answer.result as Done).seq };
    if (answer?.sealed === true && answer.refusal !== null && !isOpenQuestion(answer.refusal)) return { refused: answer.refusal.code };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return 'unknown';
};

type Admin = { readonly wire: Wire; readonly identity: AdminIdentity; readonly decided: Decided[] };
type Deciding = { readonly lane: number; readonly opens: boolean; readonly command: AdminCommand };

/** A refusal is nothing that a lane of its own could meet with: an Error, for whoever runs the race. */
export const decide = async ({ wire, identity, decided }: Admin, { lane, opens, command }: Deciding): Promise<number> => {
  const sent = performance.now();
  const answer = await told(wire, identity, command);
  const common = { lane, opens, sent, got: performance.now() };
  if (answer === 'unknown') decided.push({ ...common, outcome: 'unknown', seq: 0 });
  else if ('seq' in answer) decided.push({ ...common, outcome: answer.seq === 0 ? 'nothing' : 'done', seq: answer.seq });
  else throw new Error(`lane ${lane}: ${command.operation} was refused, ${answer.refused}`);
  return answer === 'unknown' ? 0 : answer.seq;
};

const namesOf = (lane: number) => ({ service: serviceOf(`race-${lane}`), path: pathOf(`race/lane-${lane}/KEY`), prefix: sure(Target, `race/lane-${lane}/`) });
export type Names = ReturnType<typeof namesOf>;

/** By grants and revokes of a prefix: refused reads leave cards for the path, so nobody else changes what the admin has seen of the prefix. */
export const accessCourse = (admin: Admin, lane: number): Course => {
  const { service, path, prefix: target } = namesOf(lane);
  let seen = 0 as Sequence;
  const command = async (opens: boolean): Promise<void> => {
    const about = { service, target, seen, reason: null };
    const how = { duration: null, once: false, offline: null };
    seen = (await decide(admin, { lane, opens, command: opens ? { operation: 'access.grant', ...about, ...how } : { operation: 'access.revoke', ...about } })) as Sequence;
  };
  return { lane: { service, path, subject: subjects.state.access(service, target) }, open: () => command(true), close: () => command(false) };
};

/**
 * By enabling and disabling the secret. It is enabled twice at the same time: one of the two is a signed command that came to
 * nothing, and that somebody who listens on NATS has seen.
 */
export const secretCourse = (admin: Admin, lane: number): Course => {
  const { service, path } = namesOf(lane);
  const command = (operation: 'secret.enable' | 'secret.disable') => decide(admin, { lane, opens: operation === 'secret.enable', command: { operation, path } });
  return {
    lane: { service, path, subject: subjects.state.secret(path) },
    open: () => Promise.all([command('secret.enable'), command('secret.enable')]),
    close: async () => {
      if ((await command('secret.disable')) === 0) throw new Error(`lane ${lane}: there was nothing to disable`);
    },
  };
};

export { namesOf };
