/** Two replicas, 32 readers, four admins and an intruder on one nats-server that is killed now and then: no read after a revoke is answered with a value. */
import test from 'ava';
import { scaled } from '../support/scale.ts';
import { raceCase } from './race-case.ts';

test('no read that is sequenced after an acknowledged revoke gets a value: one server', (t) => raceCase(t, { servers: 1, rounds: scaled(60, 10_000), kills: scaled(2, 20) }));
