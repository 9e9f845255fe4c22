/** A history with one secret, and a command about it whose effect is easy to see: what most tests of the fold begin with. */
import { newHistory, type History } from './history.ts';

export const PATH = 'billing/KEY';
/** What `secret.disable` is about. */
export const disable = { path: PATH };

export const given = (): History => {
  const history = newHistory();
  history.write(PATH);
  return history;
};

export const isDisabled = ({ fold }: History): boolean => fold.world.secrets.get(PATH as never)?.status === 'disabled';
