import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import { at, objectAt } from "./alert-members.js";
import { ask, said } from "./ask.js";
import { replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";

export interface RetentionOptions {
  readonly client: OpenSearchClient;
  readonly prefix: string;
  /** `mappings/ism-policy.json` */
  readonly template: JsonObject;
  /** As ISM writes an age (`365d`); undefined keeps everything. */
  readonly retention: string | undefined;
}

/** Sentences, as in SetupReport. */
interface Report {
  readonly done: string[];
  readonly problems: string[];
}

/**
 * Installs the ISM policy of the events indices, or brings it up to date, where OpenSearch has Index State Management.
 * New indices get it by its `ism_template`; those that are there are given it when it is new or changed.
 *
 * @throws NoReplyError when OpenSearch is away or says that it is busy.
 */
export async function installRetentionPolicy(options: RetentionOptions, report: Report): Promise<void> {
  const { client, prefix, retention } = options;
  const name = `${prefix}-retention`;
  const path = `/_plugins/_ism/policies/${name}`;
  const wanted = toRetentionPolicy(options);
  const body = JSON.stringify(wanted);
  const means = retention === undefined ? "keeps everything" : `deletes after ${retention}`;
  // Of two replicas that start at once one is refused; it then finds the policy as it wants it.
  for (let tries = 1; ; tries++) {
    const there = await ask(client, { method: "GET", path });
    if (isUnknownRoute(there)) {
      report.done.push(
        `ISM policy ${name} is skipped: this OpenSearch has no Index State Management plugin.`,
      );
      return;
    }
    const stored = there.status === 200 ? replyJson(there) : undefined;
    if (stored !== undefined && holds(at(stored, "policy"), own(wanted, "policy"))) {
      report.done.push(`ISM policy ${name} is installed: it ${means}.`);
      return;
    }
    const query = guardOf(stored);
    const reply = await ask(client, { method: "PUT", path, query, body });
    if (reply.status === 409 && tries < 3) continue;
    if (reply.status !== 200 && reply.status !== 201) {
      report.problems.push(`ISM policy ${name} was refused: ${said(reply)}`);
      return;
    }
    report.done.push(`ISM policy ${name} is ${stored === undefined ? "installed" : "changed"}: it ${means}.`);
    await giveToIndices(options, name, stored === undefined ? "add" : "change_policy", report);
    return;
  }
}

/** The policy with the prefix and age filled in; without an age, its first state alone, which has no end. */
export function toRetentionPolicy({
  prefix,
  template,
  retention,
}: Omit<RetentionOptions, "client">): JsonObject {
  const text = JSON.stringify(template)
    .replaceAll("{{prefix}}", prefix)
    .replaceAll("{{retention}}", retention ?? "");
  const policy = objectAt(JSON.parse(text) as JsonObject, "policy");
  if (retention !== undefined) return { policy };
  const states = own(policy, "states");
  const hot = {
    ...objectAt(Array.isArray(states) ? (states as JsonValue[])[0] : undefined),
    transitions: [],
  };
  return { policy: { ...policy, description: "TrailTag: keeps every event index.", states: [hot] } };
}

/** An index keeps the version of a policy that it was given, until it is told otherwise. */
async function giveToIndices(
  { client, prefix }: RetentionOptions,
  name: string,
  verb: "add" | "change_policy",
  report: Report,
): Promise<void> {
  const pattern = `${prefix}-events-*`;
  const list = await ask(client, {
    method: "GET",
    path: `/_cat/indices/${pattern}`,
    query: { format: "json" },
  });
  const rows = replyJson(list);
  if (!Array.isArray(rows) || rows.length === 0) return;
  const path = `/_plugins/_ism/${verb}/${pattern}`;
  const body = JSON.stringify({ policy_id: name });
  const reply = await ask(client, { method: "POST", path, body });
  const answer = replyJson(reply);
  const updated = at(answer, "updated_indices");
  if (reply.status === 200 && typeof updated === "number") {
    report.done.push(`ISM policy ${name} was given to ${updated} of ${rows.length} indices ${pattern}.`);
  }
  const failed = at(answer, "failed_indices");
  const indices = (Array.isArray(failed) ? (failed as JsonValue[]) : [])
    .map((each) => at(each, "index_name"))
    .filter((index) => typeof index === "string");
  if (reply.status === 200 && at(answer, "failures") !== true) return;
  const which = indices.length === 0 ? `indices ${pattern}` : indices.join(", ");
  const why = reply.status === 200 ? "" : ` (${said(reply)})`;
  report.problems.push(
    `ISM policy ${name} does not apply to existing ${which} as it is now${why}: ` +
      `send POST ${path} with ${body}, or attach it in Dashboards.`,
  );
}

function guardOf(stored: JsonValue | undefined): Record<string, string> {
  const [seqNo, primaryTerm] = [at(stored, "_seq_no"), at(stored, "_primary_term")];
  if (typeof seqNo !== "number" || typeof primaryTerm !== "number") return {};
  return { if_seq_no: String(seqNo), if_primary_term: String(primaryTerm) };
}

/** Whether OpenSearch knows no such route, for want of a plugin. */
export function isUnknownRoute({ status, text }: OpenSearchReply): boolean {
  return [400, 404, 405].includes(status) && /no handler found|not allowed/iu.test(text);
}

/** Whether a value says all that is wanted; OpenSearch adds defaults and times of its own. */
export function holds(value: JsonValue | undefined, wanted: JsonValue | undefined): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || value.length !== wanted.length) return false;
    return (wanted as JsonValue[]).every((each, i) => holds((value as JsonValue[])[i], each));
  }
  if (isJsonObject(wanted)) {
    return isJsonObject(value) && Object.entries(wanted).every(([key, each]) => holds(own(value, key), each));
  }
  return value === wanted;
}
