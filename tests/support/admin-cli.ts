/** The command line of an admin, run in this process against a service that is nothing but its wire. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { memoryIo, type Setting } from '../../cli/memory-io.ts';
import { runProgram } from '../../cli/program.ts';
import { newAdminIdentity, writeAdminIdentity } from '../../client/credential.ts';
import { utf8 } from '../../crypto/bytes.ts';
import type { RefusalCode } from '../../events/refusal.ts';
import { AdminName, sure } from '../../events/vocabulary.ts';
import type { Enclosed } from '../../protocol/wire.ts';
import { fakeService, parsed } from './fake-service.ts';

/** A command or query as it was signed. */
export type Command = { readonly operation: string } & Readonly<Record<string, unknown>>;
type Answer = { readonly result: unknown } | { readonly refusal: RefusalCode };
/** What is answered, by operation; what is not listed is done, at version 1. */
export type Answers = Record<string, (command: Command, enclosed: Enclosed | null) => Answer | Promise<Answer>>;

export const done = (version: number | null = null, changed = true, note: string | null = null): Answer => ({
  result: { changed, seq: 7, version, note },
});
export const items = (...list: ReadonlyArray<unknown>) => (): Answer => ({ result: { items: list, next: null, total: null } });

/** @returns `type` for one who sits at the terminal, `stderr` with what was said by then, and `ended` with what became of the command */
const started = (words: ReadonlyArray<string>, setting: Setting, service: ReturnType<typeof fakeService>) => {
  const { io, stdout, stderr, type } = memoryIo(setting);
  const ended = runProgram(words, { ...io, reach: TE.right(service.transport) });
  return { type, stderr, ended: ended.then((code) => ({ code, stdout: stdout(), stderr: stderr() })) };
};

/** `sent` has every command and query that arrived, `answers` may be changed on the way, `file` writes one where the commands are typed. */
export const adminCli = async (t: ExecutionContext, answers: Answers = {}) => {
  const service = fakeService();
  const directory = await mkdtemp(join(tmpdir(), 'jetlock-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const identity = join(directory, 'ada.json');
  const sent: Command[] = [];
  writeAdminIdentity(identity, newAdminIdentity({ admin: sure(AdminName, 'ada'), keyring: service.keyring, servicePublicKey: service.signer.publicKey }));
  service.script.answer = ({ request: { body, enclosed } }) => {
    const { command } = parsed(utf8(body)) as { command: Command };
    sent.push(command);
    return (answers[command.operation] ?? (() => done(1)))(command, enclosed);
  };
  const start = (words: ReadonlyArray<string>, setting: Setting = {}) =>
    started(words, { directory, environment: { JETLOCK_IDENTITY: identity }, ...setting }, service);
  const jetlock = (words: string, setting?: Setting) => start(words.split(' '), setting).ended;
  const file = async (name: string, content: string | Uint8Array) => writeFile(join(directory, name), content);
  return { service, directory, identity, sent, answers, start, jetlock, file };
};
