/** How far a replica is: the sequence of the last message that it has folded. */
import type { TestReplica } from './replicas.ts';

export const appliedBy = async (replica: TestReplica): Promise<number> => {
  const text = await (await fetch(`${replica.service().httpUrl}/metrics`)).text();
  return Number(/^jetlock_applied_sequence (\d+)$/m.exec(text)?.[1]);
};
