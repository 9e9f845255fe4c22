import test from 'ava';
import { ageFromNow } from './age.ts';

test.serial('an age grows with either clock, and no clock that is set back makes anything younger', (t) => {
  const [wall, steady] = [Date.now, performance.now.bind(performance)];
  t.teardown(() => {
    Date.now = wall;
    performance.now = steady;
  });
  const set = (now: number, ms: number): void => {
    Date.now = () => now;
    performance.now = () => ms;
  };
  set(100_000, 5_000);
  const age = ageFromNow();
  t.is(age(), 0);
  set(60_000, 8_000);
  t.is(age(), 3_000);
  set(104_000, 5_000);
  t.is(age(), 4_000);
});
