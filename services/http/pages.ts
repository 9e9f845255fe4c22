/** The console: files as they were built, and its one page wherever it goes by itself. */
import { fileURLToPath } from 'node:url';
import { left, right } from 'fp-ts/lib/Either.js';
import { refuse } from '../../events/refusal.ts';
import type { Call, Handler } from './call.ts';
import { PAGE_HEADERS } from './headers.ts';

/** Beside the bundle; in the sources where the bundle would be. */
const FOLDER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/console' : '../console', import.meta.url));

/** Files here have a name that changes with their content. */
const ASSETS = '/assets/';
const FOR_EVER = { immutable: true, maxAge: '1y' } as const;
const ASK_AGAIN = { maxAge: 0 } as const;

const pathOf = ({ url }: Call['request']): string => (url.split('?', 1)[0] ?? '').slice('/console'.length);

const found = async ({ request }: Call, folder: string) => {
  // Few starts are asked for pages, and all would load what sends them.
  const { default: send } = await import('@fastify/send');
  const path = pathOf(request);
  const asked = await send(request.raw, path, { root: folder, ...(path.startsWith(ASSETS) ? FOR_EVER : ASK_AGAIN) });
  if (asked.type === 'file' || path.startsWith(ASSETS)) return asked;
  return send(request.raw, '/index.html', { root: folder, ...ASK_AGAIN });
};

/** @param folder where the console was built */
export const consoleHandler =
  (folder = FOLDER): Handler =>
  async (call) => {
    const { type, statusCode, headers, stream } = await found(call, folder);
    if (type !== 'file') return left(refuse('not_found', 'the console is not in this build'));
    call.reply.removeHeader('cache-control');
    await call.reply.code(statusCode).headers({ ...headers, ...PAGE_HEADERS }).send(stream);
    return right(undefined);
  };

export const toConsole: Handler = async ({ reply }) => {
  await reply.redirect('/console/', 302);
  return right(undefined);
};
