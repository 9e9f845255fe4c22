/** What bearer tokens begin with, so that one is known for what it is wherever it turns up. Apart from them, since browsers make some too. */

/** Of a service. */
export const TOKEN_PREFIX = 'jlt_';
/** For the HTTP API. */
export const API_PREFIX = 'jetlock_';
/** Of a namespace. */
export const ACCESS_PREFIX = 'jlk_';
