/**
 * Replies as JSON, written out. To look for what JSON escapes in strings that were checked to have nothing of it takes longer than
 * to seal them.
 */
import type { NamespaceContents } from './namespaces.ts';
import type { GetReply } from './operations.ts';
import type { Reply } from './wire.ts';

type Got = GetReply['results'][number];

const gotJson = (got: Got): string =>
  got.outcome === 'refused'
    ? `{"path":"${got.path}","outcome":"refused"}`
    : `{"path":"${got.path}","outcome":"value","version":${got.version},"offlineUntil":${String(got.offlineUntil)},"value":"${got.value}"}`;

/** A `GetReply`: paths, digests and base64url have no characters that JSON escapes. */
export const getReplyJson = ({ seq, messageHash, results, more }: GetReply): string =>
  `{"seq":${seq},"messageHash":"${messageHash}","checkpoint":null,"results":[${results.map(gotJson).join(',')}],"more":${more.length === 0 ? '[]' : JSON.stringify(more)}}`;

/** A `WatchReply`. @param news null where there are none */
export const watchReplyJson = (news: GetReply | null): string => `{"news":${news === null ? 'null' : getReplyJson(news)}}`;

/** A `NamespaceContents`, whose strings have none either. @param secrets JSON already */
export const contentsJson = ({ namespace, seq, messageHash, more }: Omit<NamespaceContents, 'secrets'>, secrets: string): string =>
  `{"namespace":"${namespace}","seq":${seq},"messageHash":"${messageHash}","checkpoint":null,"more":${more},"secrets":${secrets}}`;

/** A `Reply` to what was not refused. Its subject is as whoever asked wrote it. @param result JSON already */
export const replyJson = ({ v, type, subject, service, id, time, known }: Omit<Reply, 'result' | 'refusal'>, result: string): string =>
  `{"v":${v},"type":"${type}","subject":${JSON.stringify(subject)},"service":${JSON.stringify(service)},"id":"${id}","time":${time},"known":${JSON.stringify(known)},"refusal":null,"result":${result}}`;
