/** What goes on when nats-server is there again: questions that were asked meanwhile are answered then, and not when their time is over. */
import test from 'ava';
import { newTokenIdentity } from '../client/credential.ts';
import { orThrow, startJetlock } from './support/jetlock.ts';
import { until } from './support/latch.ts';
import { pathOf, serviceOf, stepsOf } from './support/steps.ts';

const jetlock = await startJetlock();
test.after.always(() => jetlock.stop());
const steps = stepsOf(jetlock);

const LIMIT_MS = 30_000;
const ROUNDS = 3;

const sinceRestart = async <A>(since: number, what: string, answer: Promise<A>): Promise<[A, string]> => {
  const got = await until(answer, LIMIT_MS, what);
  return [got, `${what} ${Math.round(performance.now() - since)} ms`];
};

test.serial('reads, commands and questions that were asked while nats-server was gone are answered when it is back', async (t) => {
  const client = await steps.approved('shop', newTokenIdentity(serviceOf('shop')));
  await steps.grant('shop', 'prod/shop/');
  await steps.write('prod/shop/KEY', 'kept');
  for (let round = 1; round <= ROUNDS; round += 1) {
    await jetlock.nats.kill9();
    const path = pathOf(`prod/shop/NEW${round}`);
    const read = client.get('prod/shop/KEY');
    const written = steps.write(path, 'new');
    const list = jetlock.admin.query('secret.list', { prefix: 'prod/shop/' })();
    await jetlock.nats.restart();
    const since = performance.now();
    const [[secret, ofRead], [done, ofWrite], [listed, ofList]] = await Promise.all([
      sinceRestart(since, 'read', read),
      sinceRestart(since, 'write', written),
      sinceRestart(since, 'list', list),
    ]);
    t.is(secret.text(), 'kept');
    t.true(done.changed);
    t.true(orThrow(listed).items.length >= round);
    const [{ secret: shown }, ofShow] = await sinceRestart(since, 'read models', jetlock.admin.query('secret.show', { path })().then(orThrow));
    t.is(shown.version, 1 as never);
    t.log(ofRead, ofWrite, ofList, ofShow);
  }
});
