/** The same race on a cluster of three, of which the leader of the log is killed. */
import test from 'ava';
import { scaled } from '../support/scale.ts';
import { raceCase } from './race-case.ts';

test('no read that is sequenced after an acknowledged revoke gets a value: a cluster of three', (t) => raceCase(t, { servers: 3, rounds: scaled(40, 10_000), kills: scaled(1, 20) }));
