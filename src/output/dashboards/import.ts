import { join } from "node:path";
import { own, type JsonObject } from "../../lib/json.js";
import { packageRoot } from "../../lib/package-root.js";
import { DashboardsError } from "./dashboards-error.js";
import { judgeAnswer } from "./judge-answer.js";
import { loadSavedObjects, toNdjson, toPrefixed } from "./saved-objects.js";

export type DashboardsAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

export interface ImportOptions {
  /** Of OpenSearch Dashboards, with its base path where it has one; a name and password in it are used as basic auth. */
  readonly url: string;
  /** opensearch.index_prefix */
  readonly prefix: string;
  readonly auth?: DashboardsAuth;
  readonly fetch?: typeof fetch;
  /** Default 60,000. */
  readonly timeout_ms?: number;
  /** Default: the project's own dashboards/. */
  readonly folder?: string;
}

export interface ImportResult {
  /** Number of saved objects that are there now. */
  readonly imported: number;
  /** What was done, for the operator. */
  readonly sentences: readonly string[];
}

/**
 * Imports the index patterns and dashboards. Doing it again overwrites them with the same, and so undoes
 * changes that were made to them by hand; copies under other names are left alone.
 *
 * @throws DashboardsError when not every object was imported.
 */
export async function importDashboards(options: ImportOptions): Promise<ImportResult> {
  const { base, auth } = splitUrl(options.url, options.auth);
  const objects = toPrefixed(
    loadSavedObjects(options.folder ?? join(packageRoot, "dashboards")),
    options.prefix,
  );
  const form = new FormData();
  form.append("file", new Blob([toNdjson(objects)], { type: "application/ndjson" }), "trailtag.ndjson");
  const { status, location, body } = await post(base, form, auth, options);
  const imported = judgeAnswer({ url: base.href, status, location, body, expected: objects.length });
  return { imported, sentences: toSentences(base, objects) };
}

/** Credentials leave the URL: fetch refuses a URL that has them, and messages must not show them. */
function splitUrl(url: string, auth: DashboardsAuth | undefined): { base: URL; auth?: DashboardsAuth } {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol !== "http:" && base?.protocol !== "https:") {
    throw new DashboardsError("unreachable", "dashboards.url is not an http or https URL.");
  }
  const { username, password } = base;
  base.username = base.password = base.search = base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const inUrl: DashboardsAuth | undefined =
    username === ""
      ? undefined
      : { kind: "basic", username: decodeURIComponent(username), password: decodeURIComponent(password) };
  const used = auth ?? inUrl;
  return used === undefined ? { base } : { base, auth: used };
}

async function post(
  base: URL,
  body: FormData,
  auth: DashboardsAuth | undefined,
  options: ImportOptions,
): Promise<{ status: number; location: string | undefined; body: string }> {
  const send = options.fetch ?? fetch;
  try {
    const answer = await send(new URL("api/saved_objects/_import?overwrite=true", base), {
      method: "POST",
      headers: { "osd-xsrf": "true", ...(auth && { authorization: toAuthorization(auth) }) },
      body,
      // A redirect leads to a login page or to the base path; followed, it would look like an answer.
      redirect: "manual",
      signal: AbortSignal.timeout(options.timeout_ms ?? 60_000),
    });
    const location = answer.headers.get("location") ?? undefined;
    return { status: answer.status, location, body: await answer.text() };
  } catch (error) {
    const message = `OpenSearch Dashboards cannot be reached at ${base.href}: ${toReason(error)}.`;
    throw new DashboardsError("unreachable", message, { cause: error });
  }
}

function toAuthorization(auth: DashboardsAuth): string {
  if (auth.kind === "bearer") return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
}

/** fetch says "fetch failed"; what went wrong stands in its cause. */
function toReason(error: unknown): string {
  const { name, message, cause } = toParts(error);
  if (name === "TimeoutError") return "it did not answer in time";
  const deeper = toParts(cause);
  const isTls = /CERT|SELF_SIGNED|UNABLE_TO/.test(deeper.code);
  const hint = isTls ? " (name the CA that signed its certificate in NODE_EXTRA_CA_CERTS)" : "";
  return ([deeper.message, deeper.code, message].find((part) => part !== "") ?? "it failed") + hint;
}

/** By shape, not by class: what fetch throws may come from another realm. */
function toParts(error: unknown): { name: string; message: string; code: string; cause: unknown } {
  const parts = typeof error === "object" && error !== null ? error : {};
  const read = (key: string): unknown => (key in parts ? parts[key as keyof typeof parts] : undefined);
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    name: text(read("name")),
    message: text(read("message")),
    code: text(read("code")),
    cause: read("cause"),
  };
}

function toSentences(base: URL, objects: readonly JsonObject[]): string[] {
  const dashboards = objects.filter((object) => own(object, "type") === "dashboard");
  return [
    `Imported ${objects.length} saved objects, ${dashboards.length} dashboards among them, into ${base.href}.`,
    ...dashboards
      .map((dashboard) => own(dashboard, "id"))
      .filter((id) => typeof id === "string")
      .map((id) => `Open ${new URL(`app/dashboards#/view/${id}`, base).href}`),
  ];
}
