/** Makes the stream and the buckets, once. */
import { tryCatch } from 'fp-ts/lib/TaskEither.js';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from 'nats';
import type { Subjects } from '../../events/subjects.ts';

export const provision = (nc: NatsConnection, subjects: Subjects, { replicas }: { readonly replicas: 1 | 3 }) =>
  tryCatch(
    async () => {
      const jsm = await jetstreamManager(nc);
      await jsm.streams.add({ name: subjects.stream, subjects: [subjects.all], storage: 'file', deny_delete: true, deny_purge: true, num_replicas: replicas });
      for (const bucket of ['keys', 'catalog', 'services', 'access', 'inbox', 'usage', 'checkpoints'] as const)
        await new Kvm(nc).create(subjects.bucket(bucket), { history: 1, replicas });
    },
    (error) => ({ _tag: 'provision', why: String(error), hint: '' }),
  );
