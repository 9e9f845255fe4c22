/** The code of an error of Node, such as ENOENT: its message would name more than that. */
export const errorCode = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
