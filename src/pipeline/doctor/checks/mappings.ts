import { isJsonObject, own, type JsonObject } from "../../../lib/json.js";
import { objectAt } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";
import { countOf } from "../some-of.js";

export const mappingsCheck: Check = async (context) => {
  const { templates, get } = context.openSearch();
  let looked = 0;
  const wrong: string[] = [];
  let first = "";
  for (const { pattern, mappings } of templates) {
    const query = { ignore_unavailable: "true", expand_wildcards: "open" };
    const found = (await get(`/${pattern}/_mapping`, query)) ?? {};
    for (const [index, answer] of Object.entries(isJsonObject(found) ? found : {})) {
      looked++;
      const missing = missingField(
        objectAt(mappings, "properties"),
        objectAt(answer, "mappings", "properties"),
      );
      if (missing === undefined) continue;
      wrong.push(index);
      if (wrong.length === 1) first = `${index} lacks ${missing}, or has it as another type`;
    }
  }
  if (wrong.length === 0)
    return ok(
      `The mappings of ${countOf(looked, "index", "indices")} hold every field that TrailTag writes.`,
    );
  const message = `${wrong.length} of ${looked} indices cannot be searched by every field: ${first}.`;
  return fail(
    message,
    "Run trailtag setup, which says of each index what it cannot mend; such an index has to be reindexed.",
  );
};

/** The first field that is shipped and is not there as it should be. */
function missingField(shipped: JsonObject, there: JsonObject, path = ""): string | undefined {
  for (const [name, wanted] of Object.entries(shipped)) {
    const field = own(there, name);
    const here = path === "" ? name : `${path}.${name}`;
    if (!isJsonObject(wanted)) continue;
    if (!isJsonObject(field) || typeOf(field) !== typeOf(wanted)) return here;
    const missing =
      missingField(objectAt(wanted, "properties"), objectAt(field, "properties"), here) ??
      missingField(objectAt(wanted, "fields"), objectAt(field, "fields"), here);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function typeOf(field: JsonObject): string {
  const type = own(field, "type");
  return typeof type === "string" ? type : "object";
}
