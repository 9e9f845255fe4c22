/** The console as users get it, built for one run of a test file and thrown away with its process. */
import { buildConsole } from '../../build/web.ts';
import { newFolder } from './bundle.ts';

/** @returns the folder that a service is to serve it from */
export const builtConsole = async (): Promise<string> => {
  const folder = await newFolder();
  await buildConsole(folder);
  return folder;
};
