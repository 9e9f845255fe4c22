/** What browsers are told with every answer: to keep nothing, guess nothing, and show nothing of it inside another page. */

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Answers of the API are no pages, and no copy of them is to be kept. */
export const API_HEADERS = { ...always, 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" } as const;

/** Everything from here, nothing inline. libsodium is WebAssembly, which has a word of its own that allows no `eval`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const PAGE_HEADERS = { ...always, 'content-security-policy': POLICY } as const;

/** Over TLS: never again without it, for a year. */
export const TLS_HEADERS = { 'strict-transport-security': 'max-age=31536000' } as const;
