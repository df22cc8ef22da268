import { isJsonArray, type JsonValue } from "../../../lib/json.js";
import { at } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";
import { countOf, someOf } from "../some-of.js";

export const indicesCheck: Check = async (context) => {
  const { patterns, get } = context.openSearch();
  const query = { format: "json", h: "index,status,health", expand_wildcards: "all" };
  const answer = await get(`/_cat/indices/${patterns}`, query);
  const rows = (isJsonArray(answer) ? answer : []).map((row) => ({
    index: textOf(at(row, "index")),
    closed: at(row, "status") === "close",
    red: at(row, "health") === "red",
  }));
  const red = rows.filter((row) => row.red && !row.closed).map(({ index }) => index);
  if (red.length > 0) {
    const message = `${someOf(red)} cannot be written to or read in full: the health is red.`;
    return fail(message, "GET _cluster/allocation/explain says which shard has no home and why.");
  }
  const closed = rows.filter((row) => row.closed).map(({ index }) => index);
  if (closed.length > 0) {
    const message = `${someOf(closed)} closed: an event of that time is held until it is open again.`;
    return fail(message, "Open it (POST /<index>/_open), or delete it.");
  }
  return ok(`${countOf(rows.length, "index", "indices")}, all open.`);
};

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "?";
}
