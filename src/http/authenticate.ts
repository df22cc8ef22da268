import type { Request, RequestHandler } from "express";
import type { AuthVerdict } from "../auth/authenticator.js";
import type { ClientAddress } from "../auth/client-address.js";
import type { AuthMode, Principal, Scope } from "../auth/scope.js";
import { ApiError } from "../lib/errors.js";
import { certificateOf } from "./client-certificate.js";
import type { HttpContext } from "./context.js";
import type { Requirement } from "./route-scopes.js";

/** Stands before every route: decides who a request comes from, and whether that one may, before any of its body is read. */
export interface Guards {
  /** @throws ApiError 401, 403 or 429 */
  require(requirement: Requirement): RequestHandler;
  /** For routes that tell more to some: never throws. */
  may(req: Request, scope: Scope): Promise<boolean>;
}

const GUARDS = new WeakMap<object, Requirement>();
const PRINCIPALS = new WeakMap<Request, Principal>();
/** What is refused on these is a line of the audit log by itself. */
const PRIVILEGED: ReadonlySet<Requirement> = new Set(["admin", "triage"]);

const CHALLENGES = {
  none: "",
  api_key: 'Bearer realm="TrailTag", ApiKey, Basic realm="TrailTag"',
  basic: 'Basic realm="TrailTag", charset="UTF-8"',
  mtls: 'Certificate realm="TrailTag"',
} as const satisfies Record<AuthMode, string>;

export function createGuards(context: Pick<HttpContext, "security" | "metrics">): Guards {
  const { security, metrics } = context;
  const { authenticator, audit } = security;

  function authenticate(req: Request): Promise<AuthVerdict> {
    return authenticator.authenticate({
      authorization: req.headers.authorization,
      firehoseKey: headerOf(req, "x-amz-firehose-access-key"),
      address: addressOf(context, req).key,
      certificate: () => certificateOf(req.socket),
    });
  }

  /** Writes down that somebody was not let in. `reason` is a code. */
  function refused(req: Request, requirement: Requirement, reason: string, id: string | undefined): void {
    metrics.security.authFailure(reason);
    const address = addressOf(context, req);
    const actor = id === undefined ? {} : { actor: { mode: authenticator.mode, id } };
    const common = { ...actor, outcome: "refused", address: address.text, route: routeOf(req) } as const;
    const entry = { ...common, ...targetOf(req), reason };
    if (PRIVILEGED.has(requirement))
      audit.attempted({ action: ACTIONS[requirement as "admin" | "triage"], ...entry }, address.key);
    else audit.counted({ action: "authenticate", ...entry }, address.key);
  }

  async function admit(req: Request, requirement: Requirement): Promise<void> {
    let principal = PRINCIPALS.get(req);
    if (principal === undefined) {
      const verdict = await authenticate(req);
      if (!verdict.ok) {
        refused(req, requirement, verdict.failure, verdict.knownId);
        throw toError(verdict, authenticator.mode);
      }
      principal = verdict.principal;
      PRINCIPALS.set(req, principal);
    }
    if (requirement === "any" || requirement === "open" || principal.scopes.has(requirement)) return;
    refused(req, requirement, "scope", principal.id);
    const has = principal.scopes.size === 0 ? "no scope" : `the scope ${[...principal.scopes].join(", ")}`;
    const reason = `${routeOf(req)} needs the scope ${requirement}; the credential ${principal.id} has ${has}.`;
    throw new ApiError("forbidden", reason);
  }

  return {
    require(requirement) {
      const guard: RequestHandler = async (req, _res, next) => {
        if (requirement !== "open") await admit(req, requirement);
        next();
      };
      GUARDS.set(guard, requirement);
      return guard;
    },
    async may(req, scope) {
      const verdict = await authenticate(req);
      if (verdict.ok) return verdict.principal.scopes.has(scope);
      // A probe has nothing to show, which is no failure here.
      if (verdict.failure !== "missing") refused(req, "open", verdict.failure, verdict.knownId);
      return false;
    },
  };
}

const ACTIONS = { admin: "reload", triage: "triage" } as const;

/** Who sent a request that a guard has let in. */
export function principalOf(req: Request): Principal {
  const principal = PRINCIPALS.get(req);
  if (principal === undefined) throw new Error(`No guard stands before ${routeOf(req)}.`);
  return principal;
}

export function addressOf({ security }: Pick<HttpContext, "security">, req: Request): ClientAddress {
  return security.clientAddress(req.socket.remoteAddress, headerOf(req, "x-forwarded-for"));
}

/** The requirement that a handler enforces; undefined when it is no guard. For the test that walks all routes. */
export function requirementOf(handler: object): Requirement | undefined {
  return GUARDS.get(handler);
}

/** The alert that was meant; not what else somebody may have put there. */
export function targetOf(req: Request): { readonly target?: string } {
  const id = req.params["id"];
  return typeof id === "string" && /^[\w.-]{1,128}$/.test(id) ? { target: id } : {};
}

/** Method and pattern, never the path itself. */
export function routeOf(req: Request): string {
  const { path } = (req.route ?? {}) as { path?: string | readonly string[] };
  const pattern = typeof path === "string" ? path : path?.[0];
  return `${req.method} ${pattern ?? "(none)"}`;
}

function toError(verdict: Exclude<AuthVerdict, { ok: true }>, mode: AuthMode): ApiError {
  if (verdict.retryAfter !== undefined) {
    return new ApiError("auth_throttled", verdict.reason, { "retry-after": String(verdict.retryAfter) });
  }
  return new ApiError("unauthenticated", verdict.reason, { "www-authenticate": CHALLENGES[mode] });
}

function headerOf(req: Request, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
