/** One start of the service on a log that is there: `nats-url data-directory`. Says when it was ready, and answers each line with its load. */
import { createInterface } from 'node:readline';
import { isLeft } from 'fp-ts/lib/Either.js';
import { connect } from 'nats';
import { subjectsUnder } from '../events/subjects.ts';
import { natsBroker } from '../services/nats/broker.ts';
import { startService } from '../services/service.ts';

const [url = '', dataDir = ''] = process.argv.slice(2);
const subjects = subjectsUnder('secrets');

const load = () => {
  const { user, system } = process.cpuUsage();
  return { rssBytes: process.memoryUsage.rss(), cpuMs: (user + system) / 1000 };
};

const broker = await natsBroker(await connect({ servers: url, noAsyncTraces: true }), subjects);
if (isLeft(broker)) throw new Error(broker.left.message);
const service = await startService({
  ...{ broker: broker.right, subjects, dataDir, operatorKey: { current: undefined, previous: undefined }, firstAdmin: undefined, acceptHistory: undefined },
  ...{ http: { host: '127.0.0.1', port: 0 }, logLevel: 'error' },
});
if (isLeft(service)) throw new Error(service.left.message);
// From the beginning of the process: loading the program is part of a start.
console.log(JSON.stringify({ readyMs: performance.now(), ...load() }));

// As a crash ends it: what a clean stop would still write, the next start must do without.
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify(load())))
  .on('close', () => process.exit(0));
