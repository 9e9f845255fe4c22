/** The version in package.json: a test compares the two. Written out so that no command has to find and read that file. */
export const VERSION = '0.1.0';
