/** Two replicas, 32 readers, four admins and an intruder, and now and then the end of a nats-server: no read after a revoke is answered with a value. */
import test from 'ava';
import { inLongForm, scaled } from '../support/scale.ts';
import { raceCase } from './race-case.ts';

test.serial('no read that is sequenced after an acknowledged revoke gets a value: one server', (t) => raceCase(t, { servers: 1, rounds: scaled(40, 10_000), kills: scaled(2, 20) }));

// In short a cluster is shown by grants that count once.
inLongForm(() => {
  test.serial('no read that is sequenced after an acknowledged revoke gets a value: a cluster of three', (t) => raceCase(t, { servers: 3, rounds: 10_000, kills: 20 }));
});
