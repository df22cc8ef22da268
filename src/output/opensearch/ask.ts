import { faultOf } from "./bulk-sender.js";
import { NoReplyError, replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";

/** A request that takes no for an answer. @throws NoReplyError when OpenSearch is away or says that it is busy. */
export async function ask(
  client: OpenSearchClient,
  request: Parameters<OpenSearchClient["request"]>[0],
): Promise<OpenSearchReply> {
  const reply = await client.request(request);
  if (reply.status === 429 || reply.status >= 500) throw new NoReplyError(`${request.path}: ${said(reply)}`);
  return reply;
}

/** Why OpenSearch refused, for a person. */
export function said(reply: OpenSearchReply): string {
  const fault = faultOf(replyJson(reply));
  return fault === undefined ? `HTTP ${reply.status}.` : `${fault.type}: ${fault.reason}`;
}
