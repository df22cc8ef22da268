import { randomBytes } from "node:crypto";
import { describeWith } from "./requirements.js";

export { describeWith } from "./requirements.js";

/** The OpenSearch of this test run: the one named in TRAILTAG_TEST_OPENSEARCH_URL, else the local one. */
export function testOpenSearch(): { readonly url: string } {
  const url = process.env["TRAILTAG_TEST_OPENSEARCH_URL"] ?? "";
  if (url === "") throw new Error("No OpenSearch in this run: put the suite in describeWithOpenSearch.");
  return { url: url.replace(/\/+$/, "") };
}

/** A suite that needs OpenSearch: skipped, and named in the last lines, where there is none; a failure under CI=true. */
export function describeWithOpenSearch(suite: string, body: () => void): void {
  describeWith("opensearch", suite, body);
}

/** A new index prefix; call it once for each suite and hand it to `deletePrefix` in the end. */
export function testPrefix(): string {
  return `tt${randomBytes(5).toString("hex")}`;
}

/** Removes all indices and templates under a prefix that `testPrefix` gave. */
export async function deletePrefix(prefix: string): Promise<void> {
  if (!/^tt[0-9a-f]{10}$/.test(prefix)) throw new Error(`Not a prefix of the tests: ${prefix}`);
  const indices = (await ask("GET", `/_cat/indices/${prefix}*?format=json&expand_wildcards=all`)) as {
    index: string;
  }[];
  for (const { index } of indices)
    await ask("DELETE", `/${encodeURIComponent(index)}?ignore_unavailable=true`);
  await ask("DELETE", `/_index_template/${prefix}*`);
  await ask("DELETE", `/_component_template/${prefix}*`);
}

async function ask(method: string, path: string): Promise<unknown> {
  const answer = await fetch(`${testOpenSearch().url}${path}`, { method });
  const body: unknown = await answer.json();
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: ${JSON.stringify(body)}`);
  return answer.ok ? body : [];
}
