import { at } from "../../../output/opensearch/alert-members.js";
import { isJsonArray, type JsonObject } from "../../../lib/json.js";
import type { Check } from "../checks.js";
import { fail, ok, SkippedError } from "../finding.js";
import { toTemplateDifference } from "../template-difference.js";

const TODO =
  "Run trailtag setup, or start serve again. For templates of your own set opensearch.manage_templates: false.";

export const templatesCheck: Check = async (context) => {
  if (!context.config().opensearch.manage_templates) {
    throw new SkippedError("opensearch.manage_templates is off: the templates are somebody else's.");
  }
  const { templates, get } = context.openSearch();
  for (const { name, body } of templates) {
    const found = at(await get(`/_index_template/${name}`), "index_templates");
    const installed = isJsonArray(found) ? at(found[0], "index_template") : undefined;
    if (installed === undefined)
      return fail(`Index template ${name} is not there: new indices lack its settings.`, TODO);
    const difference = toTemplateDifference(body, installed as JsonObject);
    if (difference === undefined) continue;
    const { path, shipped, found: other } = difference;
    const message = `Index template ${name} differs from the shipped one at ${path}: ${show(other)} for ${show(shipped)}.`;
    return fail(message, TODO);
  }
  return ok(`The ${templates.length} index templates are as shipped.`);
};

function show(value: string | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
