import type { Config } from "../config/types.js";
import { DashboardsError } from "../output/dashboards/dashboards-error.js";
import { importDashboards } from "../output/dashboards/import.js";
import { createOpenSearchClient } from "../output/opensearch/client.js";
import { loadIndexMappings } from "../output/opensearch/load-mappings.js";
import { setUpOpenSearch } from "../output/opensearch/setup.js";
import { toClientOptions } from "./create-store.js";

/** "findings": all answered, and something was refused. "unavailable": something did not answer, or is not what it should be. */
export type SetUpOutcome = "ok" | "findings" | "unavailable";

export interface SetUpReport {
  readonly outcome: SetUpOutcome;
  /** What was done and what could not be, one sentence each. */
  readonly sentences: readonly string[];
}

/** `trailtag setup`: templates, policy, mappings, dashboards. Each part is tried, whatever became of the others. */
export async function setUp(config: Config): Promise<SetUpReport> {
  const sentences: string[] = [];
  let outcome: SetUpOutcome = "ok";
  if (config.store.kind === "opensearch") outcome = await setUpIndices(config, sentences);
  else sentences.push("The files store needs no set-up.");
  if (config.dashboards.url === undefined) {
    sentences.push("No dashboards were imported: dashboards.url (or --dashboards URL) is not set.");
    return { outcome, sentences };
  }
  try {
    const { username, password } = config.opensearch;
    const result = await importDashboards({
      url: config.dashboards.url,
      prefix: config.opensearch.index_prefix,
      ...(username === undefined ? {} : { auth: { kind: "basic", username, password: password ?? "" } }),
    });
    sentences.push(...result.sentences);
  } catch (error) {
    if (!(error instanceof DashboardsError)) throw error;
    outcome = "unavailable";
    sentences.push(error.message);
  }
  return { outcome, sentences };
}

async function setUpIndices(config: Config, sentences: string[]): Promise<SetUpOutcome> {
  const client = createOpenSearchClient(toClientOptions(config));
  try {
    const { index_prefix, retention_days } = config.opensearch;
    const { version, done, problems } = await setUpOpenSearch({
      serverless: config.opensearch.aws.service === "aoss",
      client,
      prefix: index_prefix,
      mappings: loadIndexMappings(),
      ...(retention_days === undefined ? {} : { retention: `${retention_days}d` }),
    });
    sentences.push(`OpenSearch ${version} answers at ${config.opensearch.node ?? ""}.`, ...done, ...problems);
    return problems.length === 0 ? "ok" : "findings";
  } catch (error) {
    sentences.push(`OpenSearch was not set up: ${error instanceof Error ? error.message : String(error)}`);
    return "unavailable";
  } finally {
    await client.close();
  }
}
