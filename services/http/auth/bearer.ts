/** API tokens, as `Authorization: Bearer`. */
import { equalText } from '../../../crypto/bytes.ts';
import { isApiToken, tokenDigest } from '../../../crypto/credential.ts';
import { isInForce, type ApiToken, type World } from '../../../events/world.ts';

const BEARER = /^Bearer +(\S+)$/i;

/** The token that a header shows, if it is in force; each that there is is looked at, so that the time tells nothing. */
export const tokenOf = ({ tokens, now }: World, authorization: string, clock: () => number = Date.now): ApiToken | undefined => {
  const shown = BEARER.exec(authorization)?.[1] ?? '';
  if (!isApiToken(shown)) return undefined;
  const digest = tokenDigest(shown);
  const [found] = [...tokens.values()].filter((token) => equalText(token.digest, digest));
  return found !== undefined && isInForce(found, Math.max(now, clock())) ? found : undefined;
};
