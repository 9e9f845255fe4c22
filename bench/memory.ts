/** How much memory a service holds that has nothing to do. */
import type { Benchmark, Figure } from './benchmark.ts';
import type { Mix } from './support/big-log.ts';
import { fill } from './support/fill.ts';
import { install } from './support/installation.ts';
import { startOnce } from './support/starts.ts';

const MB = 1e6;

const few: Mix = { secrets: 1_000, rewrites: 0, services: 50, grants: 500, reads: 1_000 };
const many: Mix = { secrets: 100_000, rewrites: 0, services: 500, grants: 5_000, reads: 1_000 };

/** After a first start, which folds and writes everything, and after another one. */
const measured = async (mix: Mix, atMost: number, say: (line: string) => void): Promise<ReadonlyArray<Figure>> => {
  const installation = await install();
  try {
    say(`writing ${mix.secrets} secrets`);
    await fill(installation, mix);
    const figures: Figure[] = [];
    for (const which of ['first start', 'next start']) {
      const { atRest, end } = await startOnce(installation);
      const { rssBytes } = await atRest();
      figures.push({ what: `${mix.secrets} secrets, at rest after the ${which}`, value: rssBytes / MB, unit: 'MB', bar: { atMost } });
      await end();
    }
    return figures;
  } finally {
    await installation.stop();
  }
};

export const memory: Benchmark = {
  name: 'memory',
  does: 'starts the service on logs of 1,000 and 100,000 secrets, and looks at it when it has come to rest',
  run: async (say) => [...(await measured(few, 110, say)), ...(await measured(many, 300, say))],
};
