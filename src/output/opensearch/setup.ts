import type { JsonObject, JsonValue } from "../../lib/json.js";
import { at } from "./alert-members.js";
import { ask, said } from "./ask.js";
import { replyJson, type OpenSearchClient, type OpenSearchReply } from "./client.js";
import { createIndexNames } from "./index-names.js";
import { installRetentionPolicy } from "./retention-policy.js";
import { toIndexTemplates, type IndexMappings, type IndexTemplate } from "./templates.js";
import { checkServerless, checkVersion } from "./version.js";

export interface SetupOptions {
  readonly client: OpenSearchClient;
  readonly prefix: string;
  readonly mappings: IndexMappings;
  /** Age at which events indices are deleted, as ISM writes it (`365d`); undefined keeps everything. */
  readonly retention?: string;
  /** OpenSearch Serverless: no version, no ISM. */
  readonly serverless?: boolean;
}

export interface SetupReport {
  readonly version: string;
  /** What was done, one sentence each, for a person. */
  readonly done: readonly string[];
  /** Whether OpenSearch took all templates. */
  readonly templates: boolean;
  /** What could not be done and does not keep TrailTag from working, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Installs templates and policy, and brings the mappings of existing indices up to date. Doing it again changes
 * nothing.
 *
 * @throws IncompatibleStoreError when what answers is no OpenSearch of 2.19 or later.
 * @throws NoReplyError when OpenSearch is away or says that it is busy.
 */
export async function setUpOpenSearch(options: SetupOptions): Promise<SetupReport> {
  const { client, prefix, mappings, retention, serverless = false } = options;
  const version = await (serverless ? checkServerless(client, prefix) : checkVersion(client));
  const templates = toIndexTemplates(mappings, prefix, createIndexNames(prefix, "week"));
  const report = { version, done: [] as string[], problems: [] as string[] };
  for (const template of templates) await installTemplate(client, template, report);
  const installed = report.problems.length === 0;
  for (const template of templates) await updateMappings(client, template, report);
  if (serverless) report.done.push("The ISM policy is skipped: OpenSearch Serverless has none.");
  else if (mappings.policy !== undefined) {
    await installRetentionPolicy({ client, prefix, template: mappings.policy, retention }, report);
  }
  return { ...report, templates: installed };
}

/** Whether a template was deleted since it was installed, or the cluster is another one. False where it does not tell. */
export async function isTemplateMissing(
  client: OpenSearchClient,
  prefix: string,
  templates: readonly IndexTemplate[],
): Promise<boolean> {
  const query = { filter_path: "index_templates.name" };
  const reply = await ask(client, { method: "GET", path: `/_index_template/${prefix}-*`, query });
  // 404: none at all.
  if (reply.status !== 200 && reply.status !== 404) return false;
  const rows = at(replyJson(reply), "index_templates");
  const names = new Set(
    (Array.isArray(rows) ? (rows as readonly JsonValue[]) : []).map((r) => at(r, "name")),
  );
  return templates.some((template) => !names.has(template.name));
}

interface Report {
  readonly done: string[];
  readonly problems: string[];
}

async function installTemplate(
  client: OpenSearchClient,
  template: IndexTemplate,
  report: Report,
): Promise<void> {
  const reply = await put(client, `/_index_template/${template.name}`, template.body);
  if (reply.status === 200) report.done.push(`Index template ${template.name} is installed.`);
  else report.problems.push(`Index template ${template.name} was refused: ${said(reply)}`);
}

async function updateMappings(
  client: OpenSearchClient,
  template: IndexTemplate,
  report: Report,
): Promise<void> {
  const path = `/_cat/indices/${template.pattern}`;
  const list = await ask(client, { method: "GET", path, query: { format: "json", h: "index,status" } });
  const rows = replyJson(list);
  const indices = (Array.isArray(rows) ? (rows as readonly JsonValue[]) : [])
    .filter((row) => at(row, "status") === "open")
    .map((row) => at(row, "index"))
    .filter((index) => typeof index === "string");
  if (indices.length === 0) return;
  // One request for all; only where it is refused does each index have to say for itself.
  const all = await put(client, `/${template.pattern}/_mapping`, template.mappings);
  if (all.status === 200) {
    report.done.push(`The mappings of ${indices.length} indices ${template.pattern} are up to date.`);
    return;
  }
  for (const index of indices) {
    const one = await put(client, `/${index}/_mapping`, template.mappings);
    if (one.status === 200) report.done.push(`The mapping of ${index} is up to date.`);
    else report.problems.push(`The mapping of ${index} stays as it was: ${said(one)}`);
  }
}

function put(client: OpenSearchClient, path: string, body: JsonObject): Promise<OpenSearchReply> {
  return ask(client, { method: "PUT", path, body: JSON.stringify(body) });
}
