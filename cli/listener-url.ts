/** Where the HTTP listener of the service is, as it was typed. */
import * as E from 'fp-ts/lib/Either.js';
import { isLoopback } from '../protocol/loopback.ts';
import { EXIT } from './exit-codes.ts';
import { fail, type Failure } from './failure.ts';

/** What it leads to depends on the machine that opens it. */
export const isOfThisMachine = (url: string): boolean => URL.canParse(url) && isLoopback(new URL(url).hostname);

/** Whoever stands between could send a page of theirs, which has the code of a link, or read the access key in a header: so not without TLS. */
export const listenerUrl = (typed: string, option: '--url' | '--http-url' = '--url'): E.Either<Failure, string> => {
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return E.left(fail(EXIT.badInput, 'that is not a URL of http or https', `such as ${option} http://127.0.0.1:8229`));
  const isPrivate = url.protocol === 'https:' || isLoopback(url.hostname);
  return isPrivate ? E.right(url.origin) : E.left(fail(EXIT.badInput, 'plain http to another machine can be read and changed on the way', 'use https, or lead the port here: ssh -L 8229:127.0.0.1:8229 HOST'));
};
