/** What fits into one reply of at most 512 KiB. */

/** A value takes four thirds in base64url, twice: in the reply, and sealed. 512 KiB leave this for all values of a reply. */
export const REPLY_ROOM = 280_000;
const PATH_BYTES = 400;

/** What a path takes of it. @param size of its value, bytes; 0 if it is not told */
export const roomOf = (size: number): number => PATH_BYTES + size;
