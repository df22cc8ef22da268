import { isJsonObject, own, type JsonObject, type JsonValue } from "../../lib/json.js";
import { DashboardsError } from "./dashboards-error.js";

export interface ImportAnswer {
  /** Without credentials, for messages. */
  readonly url: string;
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
  /** Number of objects sent. */
  readonly expected: number;
}

/**
 * Reads the answer to an import. Dashboards answers 200 also when objects failed, so the body decides.
 *
 * @returns number of objects imported: all that were sent.
 * @throws DashboardsError otherwise.
 */
export function judgeAnswer(answer: ImportAnswer): number {
  const { url, status, expected } = answer;
  const body = parse(answer.body);
  if (status !== 200) throw toError(answer, body);
  if (body === undefined || typeof own(body, "success") !== "boolean") {
    throw new DashboardsError("not_dashboards", `What answers at ${url} is not OpenSearch Dashboards.`);
  }
  const failed = toFailures(body);
  const count = own(body, "successCount");
  if (own(body, "success") !== true || failed.length > 0) {
    const list = failed.length > 0 ? failed.join("; ") : "it does not say which";
    throw new DashboardsError(
      "refused",
      `OpenSearch Dashboards at ${url} refused some of the objects: ${list}.`,
    );
  }
  if (count !== expected) {
    const message = `OpenSearch Dashboards at ${url} imported ${text(count)} of ${expected} objects.`;
    throw new DashboardsError("refused", message);
  }
  return expected;
}

function toError(answer: ImportAnswer, body: JsonObject | undefined): DashboardsError {
  const { url, status, location } = answer;
  const said = body === undefined ? "" : text(own(body, "message"));
  const saying = said === "" ? "" : ` It says: ${said}`;
  if (status === 401 || status === 403) {
    const message = `OpenSearch Dashboards at ${url} refused the user (HTTP ${status}): check its name, password and rights.`;
    return new DashboardsError("unauthorized", message + saying);
  }
  if (status >= 300 && status < 400) {
    const where = location ?? "another address";
    const message = `${url} redirects to ${where}: put the base path of OpenSearch Dashboards in dashboards.url, or set its credentials.`;
    return new DashboardsError("not_dashboards", message);
  }
  if (status === 503 || status === 429) {
    return new DashboardsError(
      "not_ready",
      `OpenSearch Dashboards at ${url} is not ready yet (HTTP ${status}).`,
    );
  }
  if (said.includes("kbn-xsrf")) {
    const message = `${url} is Kibana; these dashboards are for OpenSearch Dashboards 2.x and 3.x.`;
    return new DashboardsError("not_dashboards", message);
  }
  if (status === 422) {
    const message = `OpenSearch Dashboards at ${url} does not know objects of this form; it must be 2.x or 3.x.`;
    return new DashboardsError("unsupported_version", message + saying);
  }
  if (status === 404) {
    const message = `${url} has no saved-objects import (HTTP 404): it is not OpenSearch Dashboards, or has a base path.`;
    return new DashboardsError("not_dashboards", message);
  }
  return new DashboardsError("refused", `OpenSearch Dashboards at ${url} answered HTTP ${status}.${saying}`);
}

/** `dashboard "TrailTag: alerts": missing_references (visualization x)` */
function toFailures(body: JsonObject): string[] {
  const errors = own(body, "errors");
  if (!Array.isArray(errors)) return [];
  return errors.map((entry: JsonValue) => {
    if (!isJsonObject(entry)) return "an object without a name";
    const error = own(entry, "error");
    const title = own(entry, "title") ?? own(entry, "id");
    const kind = isJsonObject(error) ? text(own(error, "type")) : "";
    const detail = isJsonObject(error) ? toDetail(error) : "";
    return `${text(own(entry, "type"))} "${text(title)}": ${kind}${detail}`;
  });
}

function toDetail(error: JsonObject): string {
  const references = own(error, "references");
  if (Array.isArray(references)) {
    const named = references.filter(isJsonObject).map((r) => `${text(own(r, "type"))} ${text(own(r, "id"))}`);
    return ` (${named.join(", ")})`;
  }
  const message = text(own(error, "message"));
  return message === "" ? "" : ` (${message})`;
}

function parse(body: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function text(value: JsonValue | undefined): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
