/** Each replica by its HTTP listener: whether it answers requests, and how far it has folded the log. */
import { setTimeout as delay } from 'node:timers/promises';
import { fine, unseen, wrong, type Check } from './check.ts';

const LIMIT_MS = 5_000;
/** Behind for longer than that it is not a moment's work any more. */
const BEHIND_MS = 2_000;
const EVERY_MS = 200;

type Got = { readonly status: number; readonly text: string };

const got = async (url: string, path: string): Promise<Got | undefined> => {
  try {
    const answer = await fetch(new URL(path, url), { signal: AbortSignal.timeout(LIMIT_MS) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return undefined;
  }
};

const whyIn = ({ text }: Got): string => {
  try {
    const { why } = JSON.parse(text) as { readonly why?: unknown };
    return typeof why === 'string' ? why : 'it does not say why';
  } catch {
    return 'it does not say why';
  }
};

const mendOf = (why: string): string => {
  if (why.startsWith('history')) return 'find out what became of the log before you start it again; a backup is restored with: jetlock restore';
  if (why.includes('acknowledge')) return 'make room on the disk of nats-server, then restart nats-server: it does not write again by itself to a stream that it could not write to';
  return why.includes('clock') ? 'set the clocks by NTP' : 'look at nats-server, at the network in between, and at the log of that jetlock serve';
};

const appliedIn = (metrics: Got | undefined): number | undefined => {
  const found = /^jetlock_applied_sequence (\d+)$/m.exec(metrics?.text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};

const lagCheck = async (url: string, lastState: number): Promise<Check> => {
  for (const end = performance.now() + BEHIND_MS; ; await delay(EVERY_MS)) {
    const applied = appliedIn(await got(url, '/metrics'));
    if (applied === undefined) return unseen('replicas', `${url} is ready; how far it is it does not tell`, 'look at its /metrics');
    if (applied >= lastState) return fine('replicas', `${url} is ready, and where the log is`);
    if (performance.now() > end) return wrong('replicas', `${url} is behind: it is at ${applied}, the log at ${lastState}`, 'look at its load and its way to nats-server; restart it if it stays behind');
  }
};

/**
 * @param url of its HTTP listener
 * @param lastState sequence of the last state message of the log; undefined if it is not known
 */
export const replicaCheck = async (url: string, lastState: number | undefined): Promise<Check> => {
  const answer = URL.canParse(url) ? await got(url, '/readyz') : undefined;
  if (answer === undefined) return wrong('replicas', `nobody answers at ${url}`, 'start jetlock serve there, or see where its HTTP listener is');
  const why = answer.status === 200 ? undefined : whyIn(answer);
  if (why !== undefined) return wrong('replicas', `${url} is not ready: ${why}`, mendOf(why));
  return lastState === undefined ? unseen('replicas', `${url} is ready; how far the log is this NATS user cannot see`, 'ask as the auditor') : lagCheck(url, lastState);
};

export const NO_REPLICAS = unseen('replicas', 'not visible from here', 'give --replica URL,URL, where each jetlock serve has its HTTP listener');
