/** Which versions the processes of services run, a row for each version. */
import { ENDED_DAYS } from '../protocol/operations.ts';
import type { RolloutItem } from '../protocol/views.ts';
import { timeText } from './output.ts';

type Process = RolloutItem['processes'][number];

const byVersion = (processes: ReadonlyArray<Process>): ReadonlyArray<readonly [version: number, running: ReadonlyArray<Process>]> => {
  const versions = [...new Set(processes.map(({ version }) => version))].sort((a, b) => b - a);
  return versions.map((version) => [version, processes.filter((one) => one.version === version)]);
};

const clientsOf = (processes: ReadonlyArray<Process>): string => [...new Set(processes.map(({ client }) => `${client.name} ${client.version}`))].sort().join(', ');

/** The processes come in the order of their reports. */
const row = ({ service }: RolloutItem, version: number, running: ReadonlyArray<Process>): ReadonlyArray<string> => [
  service,
  `${version}`,
  `${running.length}`,
  timeText(running[0]?.at ?? null),
  timeText(running.at(-1)?.at ?? null),
  clientsOf(running),
];

export const ROLLOUT_HEADINGS = ['service', 'runs version', 'processes', 'since', 'last report', 'client'];

/** The newest version of each service first; `processes` are those that said so, and still do every week. */
export const rolloutRows = (views: ReadonlyArray<RolloutItem>): ReadonlyArray<ReadonlyArray<string>> =>
  views.flatMap((view) => byVersion(view.processes).map(([version, running]) => row(view, version, running)));

/** Whether they have ended nobody can tell. */
export const unheardLines = (views: ReadonlyArray<RolloutItem>): ReadonlyArray<string> =>
  views.filter(({ unheard }) => unheard > 0).map(({ service, unheard }) => `${service}: ${unheard} more not heard of for ${ENDED_DAYS} days`);

export const OFFLINE_HEADINGS = ['service', 'uses while offline', 'last'];

export const offlineRows = (views: ReadonlyArray<RolloutItem>): ReadonlyArray<ReadonlyArray<string>> =>
  views.filter(({ offlineUses }) => offlineUses > 0).map(({ service, offlineUses, lastOfflineUse }) => [service, `${offlineUses}`, timeText(lastOfflineUse)]);
