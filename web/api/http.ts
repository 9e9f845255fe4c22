/** Calls by HTTP: the session's cookie goes along by itself, the CSRF token in a header, and errors come back as one kind. */
import type { WireRefusal } from '../../protocol/wire.ts';
import { ApiError, noAnswer, notUnderstood } from './failure.ts';

export type Params = Readonly<Record<string, string | number | boolean | null | undefined>>;
export type Method = 'GET' | 'POST' | 'DELETE';

export type Http = {
  /** What a query answers. */
  readonly get: <A>(path: string, params?: Params) => Promise<A>;
  /** What a call answers that changes something. */
  readonly send: <A>(method: Exclude<Method, 'GET'>, path: string, body?: unknown) => Promise<A>;
};

export type HttpOptions = {
  /** Where the service is, without a slash at the end: empty for where the page comes from. */
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly csrf: () => string | undefined;
  /** Signs in once more, where that can be done without asking; whether it did. */
  readonly signInAgain: () => Promise<boolean>;
};

/** Where a session is begun, looked at and ended. */
export const SESSION_PATH = '/session';

/** What stands behind the path; what is not there, or empty, is left out. */
export const searchOf = (params: Params): string => {
  const given = Object.entries(params).flatMap(([name, value]) => (value === undefined || value === null || value === '' ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

const isRefusal = (told: unknown): told is WireRefusal =>
  typeof told === 'object' && told !== null && 'code' in told && 'message' in told && typeof told.message === 'string';

const failureOf = async (response: Response): Promise<ApiError> => {
  const body = (await response.json().catch(() => undefined)) as { readonly error?: unknown } | undefined;
  return isRefusal(body?.error) ? new ApiError(body.error, response.status) : notUnderstood(response.status);
};

const read = async <A>(response: Response): Promise<A> => {
  if (!response.ok) throw await failureOf(response);
  if (response.status === 204) return undefined as A;
  return (await response.json().catch(() => Promise.reject(notUnderstood(response.status)))) as A;
};

/** Nobody is signed in: other refusals with that status are about one statement. */
const isOver = (thrown: unknown): boolean => thrown instanceof ApiError && thrown.status === 401 && thrown.code === 'unauthorized';

/** The calls of one page. One that finds the session over is made once more after signing in. */
export const makeHttp = ({ baseUrl, fetch, csrf, signInAgain }: HttpOptions): Http => {
  const once = (method: Method, path: string, body: unknown): Promise<Response> => {
    const token = csrf();
    return fetch(`${baseUrl}${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(token === undefined || method === 'GET' ? {} : { 'jetlock-csrf': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => Promise.reject(noAnswer()));
  };
  const call = async <A>(method: Method, path: string, body?: unknown): Promise<A> => {
    try {
      return await read<A>(await once(method, path, body));
    } catch (thrown) {
      if (!isOver(thrown) || path === SESSION_PATH || !(await signInAgain())) throw thrown;
      return read(await once(method, path, body));
    }
  };
  return {
    get: (path, params = {}) => call('GET', `${path}${searchOf(params)}`),
    send: (method, path, body) => call(method, path, body),
  };
};
