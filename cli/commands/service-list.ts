/** `jetlock service list` */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { CredentialView, ServiceView } from '../../protocol/views.ts';
import { withAdmin } from '../connect.ts';
import { tellList, timeText } from '../output.ts';
import type { Run } from '../verb.ts';

const client = ({ client: known }: CredentialView): string => (known === null ? '' : `${known.name} ${known.version}`);

const LISTING = {
  headings: ['service', 'fingerprint', 'kind', 'status', 'registered', 'decided by', 'client'],
  rows: ({ service, credentials }: ServiceView) =>
    credentials.map((one) => [service, one.fingerprint, one.kind, one.status, timeText(one.registeredAt), one.decidedBy ?? '', client(one)]),
  none: 'no services',
};

export const run: Run = (_args, options, io) =>
  withAdmin(options, io, (admin) =>
    pipe(
      admin.list('service.list', {}),
      TE.chainTaskK((list) => tellList({ options, io }, LISTING, list)),
    ),
  );
