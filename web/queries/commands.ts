/** Changes: each is signed by the browser's key, and what it touches is asked again. */
import { useMutation } from '@tanstack/vue-query';
import type { Write } from '../api/client.ts';
import type { ConsoleCommand } from '../api/routes.ts';
import { useJetlock, useRefresh } from './jetlock.ts';

/** Gives any command. */
export const useCommand = () => {
  const { client } = useJetlock();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (command: ConsoleCommand) => client.command(command),
    onSettled: () => void refresh('inbox', 'catalogue', 'audit'),
  });
};

/** Writes a value. It is not kept: not by the mutation either, once it is over. */
export const useWriteSecret = () => {
  const { client } = useJetlock();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (write: Write) => client.write(write),
    gcTime: 0,
    onSettled: () => void refresh('inbox', 'catalogue', 'audit'),
  });
};
