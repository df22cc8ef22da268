import { at } from "./alert-members.js";
import { NoReplyError, replyJson, type OpenSearchClient } from "./client.js";

/** What answers is not an OpenSearch that TrailTag can write to; waiting does not mend it. */
export class IncompatibleStoreError extends Error {
  override readonly name = "IncompatibleStoreError";
}

/** What TrailTag calls itself to shippers: src/http/routes/start-up.ts. */
const TRAILTAG_UUID = "trailtag0000000000000A";

const MINIMUM = { major: 2, minor: 19 };

/** What stands in for the version of OpenSearch Serverless, which tells none. */
export const SERVERLESS = "serverless";

/**
 * Whether OpenSearch Serverless answers: it has no `GET /`, so what it is cannot be checked.
 * @throws NoReplyError when there is no answer, or one that may pass.
 */
export async function checkServerless(client: OpenSearchClient, prefix: string): Promise<string> {
  const path = `/_cat/indices/${prefix}-events-*`;
  const reply = await client.request({ method: "GET", path, query: { format: "json" }, timeoutMs: 5_000 });
  if (reply.status === 401 || reply.status === 403) throw refused(client, reply.status);
  if (reply.status !== 200 && reply.status !== 404) {
    throw new NoReplyError(`OpenSearch Serverless at ${client.node} answers HTTP ${reply.status}.`);
  }
  return SERVERLESS;
}

function refused(client: OpenSearchClient, status: number): NoReplyError {
  return new NoReplyError(`OpenSearch at ${client.node} refuses the credentials (HTTP ${status}).`);
}

/**
 * @returns the version, `3.8.0`.
 * @throws IncompatibleStoreError for Elasticsearch and for OpenSearch before 2.19.
 * @throws NoReplyError when there is no answer, or one that may pass.
 */
export async function checkVersion(client: OpenSearchClient): Promise<string> {
  const reply = await client.request({ method: "GET", path: "/", timeoutMs: 5_000 });
  if (reply.status === 401 || reply.status === 403) throw refused(client, reply.status);
  const answer = replyJson(reply);
  if (reply.status !== 200 || answer === undefined) {
    throw new NoReplyError(`OpenSearch at ${client.node} answers HTTP ${reply.status}.`);
  }
  if (at(answer, "cluster_name") === "trailtag" && at(answer, "cluster_uuid") === TRAILTAG_UUID) {
    throw new IncompatibleStoreError(
      `What answers at ${client.node} is a TrailTag, which passes for OpenSearch towards shippers. Name OpenSearch itself; its port is usually 9200.`,
    );
  }
  const number = at(answer, "version", "number");
  const distribution = at(answer, "version", "distribution");
  if (typeof number !== "string" || distribution !== "opensearch") {
    const what =
      typeof number === "string" ? `version ${number} without the distribution "opensearch"` : "no version";
    throw new IncompatibleStoreError(
      `What answers at ${client.node} is not OpenSearch (it names ${what}). TrailTag needs OpenSearch 2.19 or later.`,
    );
  }
  const [major = 0, minor = 0] = number.split(".").map(Number);
  if (major < MINIMUM.major || (major === MINIMUM.major && minor < MINIMUM.minor)) {
    throw new IncompatibleStoreError(
      `OpenSearch at ${client.node} is ${number}. TrailTag needs OpenSearch 2.19 or later.`,
    );
  }
  return number;
}
