/** What an event that counts does to the world. */
import * as access from './access/evolve.ts';
import * as admin from './admin/evolve.ts';
import type { Event } from './event.ts';
import * as keyring from './keyring/evolve.ts';
import * as namespace from './namespace/evolve.ts';
import { usedOffline } from './rollout/evolve.ts';
import * as secret from './secret/evolve.ts';
import * as service from './service/evolve.ts';
import type { World } from './world.ts';

/**
 * @param now the time in the log at the event, milliseconds
 * @param seq the event's place in the log
 * @param by the addition of the key that signed for it, if one did
 */
// eslint-disable-next-line max-lines-per-function -- one line for each event there is
export const evolve = (world: World, event: Event, now: number, seq: number, by: number | null): void => {
  switch (event.type) {
    case 'KeyringCreated':
      return keyring.keyringCreated(world, event, now, seq);
    case 'KeyAdded':
      return keyring.keyAdded(world, event, now, seq);
    case 'KeyRetired':
      return keyring.keyRetired(world, event);
    case 'OperatorKeyReplaced':
      return keyring.operatorKeyReplaced(world, event.operatorKey, now);
    case 'KeysDestroyed':
      return keyring.keysDestroyed(world, event.keys);
    case 'AdminAdded':
      return admin.adminAdded(world, event, now, seq, by);
    case 'AdminKeyAdded':
      return admin.adminKeyAdded(world, event, now, seq, by);
    case 'AdminKeyRemoved':
      return admin.adminKeyRemoved(world, event);
    case 'AdminKeyRemovedWithAll':
      // The events of what goes with it follow.
      return undefined;
    case 'AdminLoggedOut':
      return admin.adminLoggedOut(world, event, seq);
    case 'AdminRemoved':
      return admin.adminRemoved(world, event);
    case 'ApiTokenIssued':
      return admin.apiTokenIssued(world, event, now, by);
    case 'ApiTokenRevoked':
      return void world.tokens.delete(event.token);
    case 'NamespaceCreated':
      return namespace.namespaceCreated(world, event, now);
    case 'NamespaceKeyRetired':
      return namespace.namespaceKeyRetired(world, event, seq);
    case 'NamespaceKeyReplaced':
      return namespace.namespaceKeyReplaced(world, event, seq);
    case 'NamespaceDeleted':
      return namespace.namespaceDeleted(world, event, seq);
    case 'AccessKeyIssued':
      return namespace.accessKeyIssued(world, event, by);
    case 'AccessKeyRevoked':
      return namespace.accessKeyRevoked(world, event);
    case 'SecretStubbed':
      return secret.secretStubbed(world, event);
    case 'SecretWritten':
      return secret.secretWritten(world, event, seq);
    case 'SecretDescribed':
      return secret.secretDescribed(world, event);
    case 'SecretDisabled':
      return secret.secretDisabled(world, event);
    case 'SecretEnabled':
      return secret.secretEnabled(world, event);
    case 'SecretDeleted':
      return secret.secretDeleted(world, event.path, seq);
    case 'CredentialRegistered':
      return service.credentialRegistered(world, event, now, seq);
    case 'CredentialApproved':
      return service.credentialDecided(world, event, 'approved', seq);
    case 'CredentialDenied':
      return service.credentialDecided(world, event, 'denied', seq);
    case 'CredentialRevoked':
      return service.credentialDecided(world, event, 'revoked', seq);
    case 'CredentialExpired':
      return service.credentialExpired(world, event);
    case 'AccessRequested':
      return access.accessRequested(world, event, seq);
    case 'ExpectationChanged':
      return access.expectationChanged(world, event, seq);
    case 'AccessGranted':
      return access.accessGranted(world, event, now, seq);
    case 'AccessDenied':
      return access.accessClosed(world, event, 'denied', seq);
    case 'AccessRevoked':
      return access.accessClosed(world, event, 'revoked', seq);
    case 'AccessConsumed':
      return access.accessConsumed(world, event, seq);
    case 'VersionApplied':
      // Nothing is decided from it.
      return undefined;
    case 'UsedOffline':
      return usedOffline(world, event.service, event.id);
  }
};
