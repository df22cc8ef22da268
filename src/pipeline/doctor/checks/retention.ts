import { own } from "../../../lib/json.js";
import { at } from "../../../output/opensearch/alert-members.js";
import { said } from "../../../output/opensearch/ask.js";
import { replyJson } from "../../../output/opensearch/client.js";
import { loadIndexMappings } from "../../../output/opensearch/load-mappings.js";
import { holds, isUnknownRoute, toRetentionPolicy } from "../../../output/opensearch/retention-policy.js";
import type { Check } from "../checks.js";
import { fail, ok, SkippedError, warn } from "../finding.js";

export const retentionCheck: Check = async (context) => {
  const { retention_days, index_prefix: prefix, manage_templates } = context.config().opensearch;
  const { client } = context.openSearch();
  if (retention_days === undefined)
    throw new SkippedError("opensearch.retention_days is not set: everything is kept.");
  if (!manage_templates)
    throw new SkippedError("opensearch.manage_templates is off: the policy is somebody else's.");
  const name = `${prefix}-retention`;
  const reply = await client.request({ method: "GET", path: `/_plugins/_ism/policies/${name}` });
  if (isUnknownRoute(reply)) {
    const message = `Nothing deletes indices after ${retention_days} days: this OpenSearch has no Index State Management.`;
    return warn(message, "Delete old indices by other means, or install the plugin.");
  }
  const todo = "Run trailtag setup, or start serve again.";
  if (reply.status === 404)
    return fail(`The policy ${name} is not there: nothing deletes old indices.`, todo);
  if (reply.status !== 200) throw new SkippedError(`OpenSearch does not show the policy: ${said(reply)}`);
  const template = loadIndexMappings().policy;
  if (template === undefined) throw new SkippedError("TrailTag ships no policy.");
  const wanted = toRetentionPolicy({ prefix, template, retention: `${retention_days}d` });
  if (!holds(at(replyJson(reply), "policy"), own(wanted, "policy"))) {
    return fail(`The policy ${name} is not the one that deletes after ${retention_days} days.`, todo);
  }
  return ok(`The policy ${name} deletes indices of events after ${retention_days} days.`);
};
