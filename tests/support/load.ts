/** Readers and a writer that go on through every fault, and the record of all that they were told. */
import { setTimeout as delay } from 'node:timers/promises';
import { newTokenIdentity, type ServiceIdentity } from '../../client/credential.ts';
import { utf8 } from '../../crypto/bytes.ts';
import { randomId } from '../../crypto/random.ts';
import type { Id } from '../../events/vocabulary.ts';
import { barePath, type GetReply } from '../../protocol/operations.ts';
import { backOff } from '../../client/retry.ts';
import { writing } from './by-hand.ts';
import { subjects } from './clients.ts';
import type { Installation } from './replicas.ts';
import { serviceOf, stepsOf } from './steps.ts';
import { openWire, statementOf, type Answer, type Wire } from './wire.ts';

export type Told = {
  readonly kind: 'read' | 'write';
  /** Of the request, or of the admin's statement: its record in the log has the same. */
  readonly id: Id;
  /** `value`, `written`, a code of refusal, or `no answer`. */
  readonly outcome: string;
  /** Place in the log, 0 where none was told. */
  readonly seq: number;
  /** Times of this process, in milliseconds: when it was asked, and answered. */
  readonly asked: number;
  readonly answered: number;
  /** How often it was asked, each time as another request; what is told here is of the last. */
  readonly tries: number;
};

export type Load = {
  /** Everything so far, in the order of the answers. */
  readonly told: ReadonlyArray<Told>;
  /** Ends it; settles when nobody waits for an answer any more. */
  readonly stop: () => Promise<void>;
};

export type LoadOptions = {
  readonly readers: number;
  /** How long each waits for an answer, in milliseconds; what comes later nobody takes any more. */
  readonly answerMs: number;
  /** Whether somebody writes as well. */
  readonly writes?: boolean;
  /** How often somebody who was not answered asks once more, after a pause as a client makes it; never unless given. Only what came of it in the end is recorded. */
  readonly retries?: number;
};

const SERVICE = 'load-api';
const READ = 'prod/load/READ';
const WRITTEN = 'prod/load/WRITTEN';
/** Between two questions of one asker, so that a test leaves the machine to what is tested. */
const PAUSE_MS = 5;

type Asked = Pick<Told, 'outcome' | 'seq'>;
type Ask = () => Promise<Told>;

const NOTHING: Asked = { outcome: 'no answer', seq: 0 };

/** One question, and what it came to. */
const told = async (kind: Told['kind'], id: Id, question: Promise<Answer>, outcomeOf: (result: unknown) => Asked): Promise<Told> => {
  const asked = performance.now();
  const answer = await question.catch(() => undefined);
  const outcome = answer === undefined ? NOTHING : answer.refusal === null ? outcomeOf(answer.result) : { outcome: answer.refusal.code, seq: 0 };
  return { kind, id, ...outcome, asked, answered: performance.now(), tries: 1 };
};

const reading = (wire: Wire, identity: ServiceIdentity): Ask => () => {
  const id = randomId();
  const body = { paths: [barePath(READ)], offline: false };
  return told('read', id, wire.asService(identity, `${subjects.get}.${identity.service}`, body, { id }), (result) => {
    const { seq, results } = result as GetReply;
    return { outcome: results[0]?.outcome ?? 'nothing', seq };
  });
};

const writingOn = (wire: Wire, { identity }: Installation): Ask => {
  let count = 0;
  return () => {
    count += 1;
    const { command, enclosed } = writing(WRITTEN, utf8(`value ${count}`));
    const id = randomId();
    const signed = statementOf(identity, command, { id });
    return told('write', id, wire.asAdmin(subjects.admin('secret.write'), signed, enclosed), (result) => ({ outcome: 'written', seq: (result as { readonly seq: number }).seq }));
  };
};

/** Asks until it is told to stop. */
const askOn = async (ask: Ask, retries: number, all: Told[], stop: AbortSignal): Promise<void> => {
  while (!stop.aborted) {
    let one = await ask();
    for (let again = 0; again < retries && !['value', 'written'].includes(one.outcome); again += 1) {
      await delay(backOff(again + 1));
      one = { ...(await ask()), asked: one.asked, tries: again + 2 };
    }
    all.push(one);
    await delay(PAUSE_MS);
  }
};

/** Lets a service read one secret, and starts to ask for it. */
export const startLoad = async (installation: Installation, { readers, answerMs, writes = true, retries = 0 }: LoadOptions): Promise<Load> => {
  const identity = newTokenIdentity(serviceOf(SERVICE));
  const steps = stepsOf(installation);
  await steps.approved(SERVICE, identity);
  await steps.write(READ, 'read by all');
  await steps.grant(SERVICE, READ);
  const wires = await Promise.all(Array.from({ length: readers + 1 }, () => openWire(installation, answerMs)));
  const asks = wires.flatMap((wire, n) => (n < readers ? [reading(wire, identity)] : writes ? [writingOn(wire, installation)] : []));
  const all: Told[] = [];
  const stopped = new AbortController();
  const running = asks.map((ask) => askOn(ask, retries, all, stopped.signal));
  const stop = async (): Promise<void> => {
    stopped.abort();
    await Promise.all(running);
  };
  // Also where a test ended before it said so.
  installation.onStop(stop);
  return { told: all, stop };
};
