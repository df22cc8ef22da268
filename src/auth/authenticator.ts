import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../lib/clock.js";
import { digestOfSecret } from "./api-key.js";
import { findGrant, type ClientCertificate } from "./certificate-names.js";
import type { Credentials, Grant } from "./credentials.js";
import type { FailureLimit } from "./failure-limit.js";
import type { PasswordCheck } from "./password-check.js";
import { DEFAULT_COST, type ScryptCost } from "./password-hash.js";
import { readPresented, type CredentialHeaders } from "./presented.js";
import { ANONYMOUS, type AuthMode, type Principal } from "./scope.js";

/** Why somebody is not let in; a label of metrics, so a closed set. */
export type AuthFailure = "missing" | "malformed" | "wrong" | "expired" | "throttled" | "busy";

export type AuthVerdict =
  | { readonly ok: true; readonly principal: Principal }
  | {
      readonly ok: false;
      readonly failure: AuthFailure;
      /** For the client. */
      readonly reason: string;
      /** Of a credential that there is; what else was sent may be a secret in the wrong place. */
      readonly knownId?: string;
      /** Seconds; with `throttled` and `busy`. */
      readonly retryAfter?: number;
    };

export interface AuthRequest extends CredentialHeaders {
  /** By which failures are counted. */
  readonly address: string;
  /** The client's certificate, if it was signed by an authority that is trusted here. */
  certificate(): ClientCertificate | undefined;
}

export interface Authenticator {
  readonly mode: AuthMode;
  /** Never rejects for what a client sends. */
  authenticate(request: AuthRequest): Promise<AuthVerdict>;
  /** From now on these count. */
  use(credentials: Credentials): void;
}

export interface AuthenticatorOptions {
  readonly mode: AuthMode;
  readonly credentials: Credentials;
  readonly limit: FailureLimit;
  readonly passwords: PasswordCheck;
  readonly clock: Clock;
}

/** Compared with where no such key is, so that an unknown id costs what a known one does. Equal to no digest but by chance. */
const NOBODY = digestOfSecret("");

/**
 * Invariant: a right key, and a password that was right a short while ago, are let in whatever else comes from the same
 * address; all that is limited is what is wrong or must be computed first.
 */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { mode, limit, passwords, clock } = options;
  let credentials: Credentials;
  use(options.credentials);

  function use(next: Credentials): void {
    credentials = next;
    passwords.imitate(dearest(next));
  }

  function grant(found: Grant): AuthVerdict {
    const { id, scopes, expires } = found;
    if (expires === undefined || expires > clock()) return { ok: true, principal: { mode, id, scopes } };
    const reason = `The credential ${id} expired ${new Date(expires).toISOString()}. Use another.`;
    return { ok: false, failure: "expired", reason, knownId: id };
  }

  function withKey(id: string, secret: string, address: string): AuthVerdict {
    const key = credentials.keys.get(id);
    const same = timingSafeEqual(digestOfSecret(secret), key?.digest ?? NOBODY);
    if (same && key !== undefined) return grant(key);
    const wait = limit.take(address);
    return wait > 0 ? throttled(wait) : wrong(key?.id);
  }

  async function withPassword(name: string, password: string, address: string): Promise<AuthVerdict> {
    const user = credentials.users.get(name);
    const claimed = user ?? { id: name };
    if (passwords.remembered(claimed, password) && user !== undefined) return grant(user);
    const shared = passwords.underWay(claimed, password);
    if (shared === undefined) {
      const wait = limit.take(address);
      if (wait > 0) return throttled(wait);
    }
    const verdict = await (shared ?? passwords.check(claimed, password));
    if (shared === undefined && verdict !== "wrong") limit.giveBack(address);
    if (verdict === "right" && user !== undefined) return grant(user);
    if (verdict !== "busy") return wrong(user?.id);
    const reason = "Too many passwords are being checked at this moment. Send this again.";
    return { ok: false, failure: "busy", reason, retryAfter: 1 };
  }

  function withCertificate(certificate: ClientCertificate | undefined): AuthVerdict {
    if (certificate === undefined) return missing("mtls");
    const found = findGrant(credentials.certificates, certificate);
    if (found !== undefined) return grant(found);
    const reason =
      "Your certificate was signed by a trusted authority, but is not among those that may come in.";
    return { ok: false, failure: "wrong", reason };
  }

  return {
    mode,
    use,
    async authenticate(request) {
      if (mode === "none") return { ok: true, principal: ANONYMOUS };
      if (mode === "mtls") return withCertificate(request.certificate());
      const presented = readPresented(request, mode);
      if (presented.kind === "nothing") return missing(mode);
      if (presented.kind === "malformed") {
        return { ok: false, failure: "malformed", reason: presented.reason };
      }
      const { id, secret } = presented;
      return mode === "api_key"
        ? withKey(id, secret, request.address)
        : withPassword(id, secret, request.address);
    },
  };
}

const WANTED = {
  api_key:
    "Send an API key: Authorization: Bearer <token>, ApiKey <token>, or Basic with the key's id and secret as name and password.",
  basic: "Send a name and a password: Authorization: Basic.",
  mtls: "Connect with a client certificate signed by an authority that is trusted here.",
} as const satisfies Record<Exclude<AuthMode, "none">, string>;

function missing(mode: Exclude<AuthMode, "none">): AuthVerdict {
  return {
    ok: false,
    failure: "missing",
    reason: `Nobody comes in here without credentials. ${WANTED[mode]}`,
  };
}

/** The same for what is unknown and for what is wrong: the answer does not tell who exists. */
function wrong(knownId: string | undefined): AuthVerdict {
  const reason =
    "These credentials are not right. `trailtag auth check` says what is in the credentials file.";
  return { ok: false, failure: "wrong", reason, ...(knownId === undefined ? {} : { knownId }) };
}

function throttled(retryAfter: number): AuthVerdict {
  const reason =
    "Too many wrong credentials came from this address (auth.max_failures_per_minute). Send this again later.";
  return { ok: false, failure: "throttled", reason, retryAfter };
}

/** An unknown user must not be quicker than the slowest known one. */
function dearest({ users }: Credentials): ScryptCost {
  let cost = DEFAULT_COST;
  for (const { hash } of users.values()) {
    if (work(hash.cost) > work(cost)) cost = hash.cost;
  }
  return cost;
}

function work({ ln, r, p }: ScryptCost): number {
  return 2 ** ln * r * p;
}
