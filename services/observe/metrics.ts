/** Prometheus metrics. Labels come from closed lists: no name of a service or path can make them grow. */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Replica } from '../log/replica.ts';

export type Metrics = {
  readonly registry: Registry;
  readonly read: (outcome: string) => void;
  readonly refused: (code: string) => void;
  readonly folded: (verdict: string) => void;
};

/** Counts under a label. What belongs to one is remembered: to find it takes longer than to count. */
const countBy = (counter: Counter): ((label: string) => void) => {
  const found = new Map<string, Counter.Internal>();
  return (label) => {
    const one = found.get(label) ?? counter.labels(label);
    found.set(label, one);
    one.inc();
  };
};

export const makeMetrics = (replica: Replica): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, label: string) => countBy(new Counter({ name, help, labelNames: [label], registers: [registry] }));
  const reads = counter('jetlock_reads_total', 'Paths of answered reads, by outcome', 'outcome');
  const refusals = counter('jetlock_refusals_total', 'Requests that were refused, by code', 'code');
  const folded = counter('jetlock_folded_total', 'Messages of the log, by verdict', 'verdict');
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge('jetlock_applied_sequence', 'Last message of the log that was folded', () => replica.fold.applied());
  gauge('jetlock_ready', '1 while requests are answered', () => (replica.health().ready ? 1 : 0));
  gauge('jetlock_secrets', 'Secrets in the folded state', () => replica.fold.world.secrets.size);
  return {
    registry,
    read: reads,
    refused: refusals,
    folded,
  };
};
