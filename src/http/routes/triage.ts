import type { Request, RequestHandler, Router } from "express";
import { didYouMean } from "../../lib/did-you-mean.js";
import { ApiError } from "../../lib/errors.js";
import { isJsonObject, own, type JsonObject } from "../../lib/json.js";
import { ALERT_STATUSES, triageVersion, type TriageChange } from "../../output/alert-triage.js";
import { StoreUnavailableError } from "../../output/store.js";
import { addressOf, principalOf, routeOf, targetOf, type Guards } from "../authenticate.js";
import type { HttpContext } from "../context.js";
import { guardedRoutes } from "../guarded-routes.js";
import { receiveWhole } from "../receive.js";
import { sendJson } from "../send.js";

/** A status, a name and a note. */
const MAX_BODY_BYTES = 64 * 1024;
const MAX_ASSIGNEE = 256;
const MAX_NOTE = 16_384;
/** How long it is tried again when the alert's events get in between. */
const TRY_MS = 10_000;

const KEYS = ["status", "assignee", "note", "if_version"];

/** `GET /v1/alerts/{id}` and `POST /v1/alerts/{id}/triage`: what a person sees of an alert, and sets on it. */
export function triageRoutes(context: HttpContext, guards: Guards): Router {
  const routes = guardedRoutes(guards);

  routes.get("/v1/alerts/:id", async (req, res) => {
    const id = idOf(req);
    const alert = await unlessAway(context.pipeline.alerts.read(id, Date.now() + TRY_MS));
    if (alert === undefined) throw unknownAlert();
    sendJson(req, res, 200, alert as unknown as JsonObject);
  });

  routes.post(
    "/v1/alerts/:id/triage",
    audited(context, async (req, res) => {
      const id = idOf(req);
      const change = { ...(await readChange(req, context)), by: principalOf(req).id };
      const result = await unlessAway(context.pipeline.alerts.triage(id, change, Date.now() + TRY_MS));
      if (result.kind === "unknown") throw unknownAlert();
      if (result.kind === "conflict") {
        const { status } = result.alert.alert;
        const version = triageVersion(result.alert);
        const reason = `The alert has version ${version} and is ${status}: somebody was faster. Read it again, then decide.`;
        throw new ApiError("triage_conflict", reason);
      }
      const { status, assignee, note, triaged_by, triaged_at, triage_version } = result.alert.alert;
      const set = { status, assignee, note, triaged_by, triaged_at, triage_version };
      sendJson(req, res, 200, JSON.parse(JSON.stringify({ id, ...set })) as JsonObject);
    }),
  );

  routes.only("/v1/alerts/:id", "GET");
  routes.only("/v1/alerts/:id/triage", "POST");
  return routes.router;
}

/** Each has a line in the audit log, however it ends. */
function audited(
  context: HttpContext,
  handler: (...args: Parameters<RequestHandler>) => Promise<void>,
): RequestHandler {
  return async (req, res, next) => {
    const { mode, id } = principalOf(req);
    const entry = {
      action: "triage",
      actor: { mode, id },
      address: addressOf(context, req).text,
      route: routeOf(req),
      ...targetOf(req),
    } as const;
    try {
      await handler(req, res, next);
    } catch (error) {
      const reason = error instanceof ApiError ? error.code : "internal";
      context.security.audit.acted({ ...entry, outcome: "failed", reason });
      throw error;
    }
    context.security.audit.acted({ ...entry, outcome: "done" });
  };
}

function idOf(req: Request): string {
  const id = req.params["id"];
  return typeof id === "string" ? id : "";
}

/** @throws ApiError for a body that is no triage. */
async function readChange(req: Request, context: HttpContext): Promise<Omit<TriageChange, "by">> {
  const received = await receiveWhole(req, context, { maxBodyBytes: MAX_BODY_BYTES });
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(received.bytes));
  } catch {
    throw malformed("The body is not JSON");
  } finally {
    received.close();
  }
  if (!isJsonObject(body)) throw malformed("The body is not an object");
  for (const key of Object.keys(body)) {
    if (KEYS.includes(key)) continue;
    const meant = didYouMean(key, KEYS);
    throw malformed(
      `There is no such key as ${JSON.stringify(key.slice(0, 64))}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`,
    );
  }
  const status = ALERT_STATUSES.find((known) => known === own(body, "status"));
  if (status === undefined) throw malformed(`status is one of ${ALERT_STATUSES.join(", ")}`);
  const ifVersion = own(body, "if_version");
  if (
    ifVersion !== undefined &&
    !(typeof ifVersion === "number" && Number.isSafeInteger(ifVersion) && ifVersion >= 0)
  ) {
    throw malformed("if_version is the triage_version that the alert had, a whole number");
  }
  return {
    status,
    ...textOf(body, "assignee", MAX_ASSIGNEE),
    ...textOf(body, "note", MAX_NOTE),
    ...(ifVersion === undefined ? {} : { ifVersion }),
  };
}

function textOf<K extends "assignee" | "note">(
  body: JsonObject,
  key: K,
  most: number,
): { readonly [P in K]?: string | null } {
  const value = own(body, key);
  if (value === undefined) return {};
  if (value !== null && (typeof value !== "string" || value === "" || value.length > most)) {
    throw malformed(`${key} is a text of 1 to ${most} characters, or null for none`);
  }
  return { [key]: value } as { readonly [P in K]?: string | null };
}

function malformed(what: string): ApiError {
  const form = '{"status": "open|acknowledged|closed", "assignee"?, "note"?, "if_version"?}';
  return new ApiError("body_malformed", `${what}. A triage is ${form}.`);
}

function unknownAlert(): ApiError {
  const reason =
    "No alert has this id. Alerts of events that wait in the spool are there once those are stored.";
  return new ApiError("alert_unknown", reason);
}

async function unlessAway<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const reason = `${error.message} Read the alert again before you decide: whether this took effect is not known.`;
    throw new ApiError("store_away", reason, { "retry-after": "5" });
  }
}
