/** The replica's fold, as the read models may go on with it. */
import type { Verdicts } from '../../projections/verdicts.ts';
import type { Replica } from './replica.ts';

export const verdictsOf = ({ fold, onFolded, onFailed, widen }: Replica): Verdicts => ({
  widen,
  listen: (listener) => {
    const ends = [onFailed(listener.onFailed), onFolded((folded) => listener.onFolded(folded, fold.world))];
    return () => ends.forEach((end) => end());
  },
});
