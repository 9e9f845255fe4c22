/** What the admin who is signed in may do: the service decides, this only keeps from asking in vain. */
import { computed } from 'vue';
import { useJetlock } from './jetlock.ts';

export const useRights = () => {
  const { client } = useJetlock();
  return computed(() => {
    const { value } = client.session.state;
    const role = value.status === 'open' ? value.session.role : undefined;
    return { decide: role === 'admin' || role === 'approver', write: role === 'admin' };
  });
};
