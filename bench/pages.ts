/** What admins look at, on 10,000 secrets and 100,000 events: how long each page takes over HTTP, beside an answer of the same bytes that nobody has to look for. */
import { setTimeout as delay } from 'node:timers/promises';
import fastify from 'fastify';
import type { HealthView } from '../protocol/pages.ts';
import { startService } from '../services/service.ts';
import { orThrow } from '../tests/support/jetlock.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { pathOf, serviceOf, type Mix } from './support/big-log.ts';
import { fill } from './support/fill.ts';
import { install, type Installation } from './support/installation.ts';

const MIX: Mix = { secrets: 10_000, rewrites: 5_000, services: 200, grants: 2_000, asked: 500, reads: 82_500 };
const TIMES = 40;
const BAR_MS = 300;

const serve = async (installation: Installation) =>
  orThrow(
    await startService({
      ...(await installation.startOptions()),
      ...{ firstAdmin: undefined, http: { host: '127.0.0.1', port: 0 }, logLevel: 'error' },
      auth: { authenticate: () => ({ kind: 'token', id: 'bench' as never, role: 'auditor' }), isStillIn: () => true, forged: () => undefined },
    }),
  );

const json = async (url: string): Promise<unknown> => {
  const answer = await fetch(url);
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
};

/** Whatever is there was folded, and what can be written of it was. */
const atRest = async (url: string): Promise<void> => {
  for (;;) {
    await delay(1_000);
    const answer = await fetch(`${url}/health`);
    const { models } = (await answer.json()) as Partial<HealthView>;
    if (models?.complete === true && models.lag === 0) return quiet();
  }
};

/** Longer than a start keeps its heap small for: see `services/small-heap.ts`. */
const QUIET_MS = 25_000;
const quiet = (): Promise<void> => delay(QUIET_MS);

const p95 = (times: ReadonlyArray<number>): number => [...times].sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0;

const timed = async (url: string): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n += 1) {
    const since = performance.now();
    await json(url);
    times.push(performance.now() - since);
  }
  return p95(times);
};

/** The same bytes, from where they are at hand. */
const floorOf = async (url: string): Promise<number> => {
  const text = await (await fetch(url)).text();
  const server = fastify();
  server.get('/', (_, reply) => reply.type('application/json').send(text));
  const bare = await server.listen({ host: '127.0.0.1', port: 0 });
  const floor = await timed(bare);
  await server.close();
  return floor;
};

/** A sequence in the first tenth of the log. */
const farBack = async (url: string): Promise<string> => {
  const { stream } = (await json(`${url}/health`)) as HealthView;
  return `${Math.floor((stream?.last ?? 0) * 0.1)}.0`;
};

const run = async (say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const installation = await install();
  try {
    say('writing 10,000 secrets and 100,000 events');
    await fill(installation, MIX);
    const service = await serve(installation);
    const url = service.httpUrl;
    await atRest(url);
    const pages = {
      inbox: '/inbox?limit=50',
      services: '/services?limit=50',
      'missing secrets': '/missing-secrets?limit=50',
      'secrets, first page': '/secrets?limit=50',
      'secrets, by the last letters': '/secrets?search=ber_9999',
      'secrets, by letters in the middle': '/secrets?search=RET_NUM&limit=50',
      'audit log, first page': '/audit?limit=50',
      'audit log, of one service': `/audit?limit=50&service=${serviceOf(7)}`,
      'audit log, of one path': `/audit?limit=50&path=${pathOf(49)}`,
      'audit log, far back': `/audit?limit=50&after=${await farBack(url)}`,
      'reads of one secret over time': `/secrets/${encodeURIComponent(pathOf(49))}/reads`,
    };
    const figures: Figure[] = [];
    for (const [what, path] of Object.entries(pages)) {
      const value = await timed(`${url}${path}`);
      figures.push({ what: `${what}, p95`, value, unit: 'ms', bar: { atMost: BAR_MS } });
      figures.push({ what: `${what}, beside the bytes alone`, value, unit: 'ms', floor: await floorOf(`${url}${path}`) });
      say(`${what}: ${value.toFixed(1)} ms`);
    }
    await service.stop();
    return figures;
  } finally {
    await installation.stop();
  }
};

export const pages: Benchmark = { name: 'pages', does: 'asks for pages of 10,000 secrets and 100,000 events over HTTP, one after another', run };
