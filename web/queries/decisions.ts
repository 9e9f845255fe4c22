/** Decisions about credentials and access: each names the last thing that was seen of what it is about, and is told when it is done. */
import type { Fingerprint, Sequence, ServiceName, Target } from '../../events/vocabulary.ts';
import type { AccessView } from '../../protocol/views.ts';
import type { Page } from '../../protocol/paging.ts';
import { grantOf, noteOf, type Granted } from '../format/grant.ts';
import { useCommand } from './commands.ts';
import { useJetlock } from './jetlock.ts';

export type CredentialDecision = { readonly operation: 'service.approve' | 'service.deny' | 'service.revoke'; readonly service: string; readonly fingerprint: string; readonly seen: number };
export type AccessDecision = { readonly operation: 'access.deny' | 'access.revoke'; readonly service: string; readonly target: string; readonly seen: number; readonly reason: string | null };

export const useDecisions = () => {
  const command = useCommand();
  const { client } = useJetlock();

  const credential = ({ operation, service, fingerprint, seen }: CredentialDecision) =>
    command.mutateAsync({ operation, service: service as ServiceName, fingerprint: fingerprint as Fingerprint, seen: seen as Sequence });
  const access = ({ operation, service, target, seen, reason }: AccessDecision) =>
    command.mutateAsync({ operation, service: service as ServiceName, target: target as Target, seen: seen as Sequence, reason: noteOf(reason ?? '') });
  const grant = (granted: Granted) => command.mutateAsync(grantOf(granted));

  /** The last event about the access of a service to exactly this target; 0 if there was none. */
  const seenOf = async (service: string, target: string): Promise<number> => {
    const { items } = await client.http.get<Page<AccessView>>('/access-requests', { service, path: target, limit: 200 });
    return items.find((one) => one.service === service && one.target === target)?.seq ?? 0;
  };
  return { command, credential, access, grant, seenOf };
};
