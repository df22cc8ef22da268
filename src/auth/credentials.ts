import type { PasswordHash } from "./password-hash.js";
import type { Scope } from "./scope.js";

/** What an entry of the credentials file grants. */
export interface Grant {
  /** Id of the key, name of the user or certificate. */
  readonly id: string;
  readonly scopes: ReadonlySet<Scope>;
  /** ms since the epoch; from then on it is refused. */
  readonly expires: number | undefined;
}

export interface KeyGrant extends Grant {
  /** SHA-256 of the secret: 32 bytes. */
  readonly digest: Uint8Array;
}

export interface UserGrant extends Grant {
  readonly hash: PasswordHash;
}

export const CERTIFICATE_NAMES = ["subject_cn", "san", "fingerprint_sha256"] as const;

export interface CertificateGrant extends Grant {
  /** By what the certificate is known, and what stands there: fingerprints in upper case with colons, names as written. */
  readonly by: (typeof CERTIFICATE_NAMES)[number];
  readonly value: string;
}

/** All that a credentials file holds. None of it is a secret by itself: of keys and passwords it has hashes only. */
export interface Credentials {
  readonly keys: ReadonlyMap<string, KeyGrant>;
  readonly users: ReadonlyMap<string, UserGrant>;
  readonly certificates: readonly CertificateGrant[];
}

export const NO_CREDENTIALS: Credentials = { keys: new Map(), users: new Map(), certificates: [] };
