import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";
import type { Diagnostic } from "../lib/diagnostics.js";
import { didYouMean } from "../lib/did-you-mean.js";
import { parseExpiry } from "../lib/expiry.js";
import { isKeyId, parseKeyHash } from "./api-key.js";
import { CERTIFICATE_NAMES, type CertificateGrant, type Credentials, type Grant } from "./credentials.js";
import type { KeyGrant, UserGrant } from "./credentials.js";
import { isCertificateName, toFingerprint, toSubjectAltName } from "./certificate-names.js";
import { parsePasswordHash } from "./password-hash.js";
import { SCOPES, type Scope } from "./scope.js";

/** Codes of what can be wrong with a credentials file; docs/reference/errors.md lists them. */
export type CredentialsCode =
  | "credentials-unreadable"
  | "credentials-syntax"
  | "credentials-unknown-key"
  | "credentials-invalid"
  | "credentials-duplicate"
  | "credentials-none"
  | "credentials-expired";

export interface ParsedCredentials {
  /** Entries that are whole; the file is in force only when no diagnostic is an error. */
  readonly credentials: Credentials;
  readonly diagnostics: readonly Diagnostic[];
}

const SECTIONS = ["keys", "users", "certificates"] as const;
const MAX_NAME = 256;

/** Of an entry: what each key holds, and where it stands. */
type Fields = ReadonlyMap<string, { readonly at: Node; readonly value: Node | undefined }>;

/**
 * Reads a credentials file, with a diagnostic for each thing that is wrong in it. No diagnostic quotes a value: a person
 * may have written a secret where a hash belongs.
 *
 * @param now ms since the epoch: what expired before is warned about.
 */
export function parseCredentials(text: string, file: string, now: number): ParsedCredentials {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const diagnostics: Diagnostic[] = [];
  const keys = new Map<string, KeyGrant>();
  const users = new Map<string, UserGrant>();
  const certificates = new Map<string, CertificateGrant>();

  function report(
    code: CredentialsCode,
    at: number | Node | null | undefined,
    message: string,
    hint?: string,
  ): void {
    const offset = typeof at === "number" ? at : (at?.range?.[0] ?? 0);
    const { line, col } = lines.linePos(offset);
    const severity = code === "credentials-expired" ? "warning" : "error";
    const place = { file, line: Math.max(line, 1), column: Math.max(col, 1) };
    diagnostics.push({ code, severity, ...place, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Keys of a mapping; unknown ones are reported. */
  function fieldsOf(
    node: Node | null | undefined,
    what: string,
    known: readonly string[],
  ): Fields | undefined {
    if (!isMap<Node, Node | null>(node)) {
      report("credentials-invalid", node, `${what} must be a mapping of ${known.join(", ")}.`);
      return undefined;
    }
    const fields = new Map<string, { at: Node; value: Node | undefined }>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (known.includes(name)) fields.set(name, { at: key, value: value ?? undefined });
      else {
        const meant = didYouMean(name, known);
        const hint = meant === undefined ? `It takes ${known.join(", ")}.` : `Did you mean "${meant}"?`;
        report("credentials-unknown-key", key, `${what} has a key that there is not.`, hint);
      }
    }
    return fields;
  }

  function textOf(fields: Fields, key: string): string | undefined {
    const value = fields.get(key)?.value;
    return isScalar(value) && typeof value.value === "string" ? value.value : undefined;
  }

  function nameOf(entry: Node, fields: Fields, key: "id" | "name"): string | undefined {
    const name = textOf(fields, key);
    const place = fields.get(key)?.value ?? entry;
    if (key === "id" && (name === undefined || !isKeyId(name))) {
      report("credentials-invalid", place, "id is up to 64 letters, digits, dots, dashes and underscores.");
    } else if (name === undefined || name === "" || name.length > MAX_NAME || hasControls(name)) {
      report("credentials-invalid", place, `name is a text of up to ${MAX_NAME} characters.`);
    } else if (key === "name" && name.includes(":") && fields.has("hash")) {
      report("credentials-invalid", place, "A user's name has no colon: HTTP ends the name there.");
    } else return name;
    return undefined;
  }

  function scopesOf(entry: Node, fields: Fields): ReadonlySet<Scope> | undefined {
    const value = fields.get("scopes")?.value;
    if (!isSeq<Node>(value) || value.items.length === 0) {
      report(
        "credentials-invalid",
        value ?? entry,
        `scopes is a list of ${SCOPES.join(", ")}, one at least.`,
      );
      return undefined;
    }
    const scopes = new Set<Scope>();
    for (const item of value.items) {
      const text = isScalar(item) ? String(item.value) : "";
      const scope = SCOPES.find((known) => known === text);
      if (scope !== undefined) {
        if (scopes.has(scope))
          report("credentials-duplicate", item, `${scope} is there twice.`, "Once is enough.");
        scopes.add(scope);
      } else {
        const meant = didYouMean(text, SCOPES);
        const hint = meant === undefined ? `Scopes are ${SCOPES.join(", ")}.` : `Did you mean "${meant}"?`;
        report("credentials-invalid", item, "There is no such scope.", hint);
      }
    }
    return scopes.size === value.items.length ? scopes : undefined;
  }

  /** `null` where it is wrong. */
  function expiryOf(fields: Fields, name: string): number | undefined | null {
    const field = fields.get("expires");
    if (field === undefined) return undefined;
    const expires = parseExpiry(textOf(fields, "expires") ?? "");
    if (expires === undefined) {
      const hint = "Write 2027-01-31 (to the end of that day, UTC) or 2027-01-31T12:00:00Z.";
      report("credentials-invalid", field.value ?? field.at, "expires is no date.", hint);
      return null;
    }
    if (expires <= now) {
      report(
        "credentials-expired",
        field.value,
        `${name} has expired: it is refused.`,
        "Take the entry out.",
      );
    }
    return expires;
  }

  function grantOf(entry: Node, fields: Fields, key: "id" | "name"): Grant | undefined {
    const id = nameOf(entry, fields, key);
    const scopes = scopesOf(entry, fields);
    const expires = expiryOf(fields, id ?? "The entry");
    return id === undefined || scopes === undefined || expires === null ? undefined : { id, scopes, expires };
  }

  function put<T extends Grant>(into: Map<string, T>, entry: Node, name: string, grant: T): void {
    if (into.has(name))
      report("credentials-duplicate", entry, `${grant.id} is there twice.`, "Take one of them out.");
    else into.set(name, grant);
  }

  function readKey(entry: Node): void {
    const fields = fieldsOf(entry, "A key", ["id", "hash", "scopes", "expires"]);
    if (fields === undefined) return;
    const grant = grantOf(entry, fields, "id");
    const digest = parseKeyHash(textOf(fields, "hash") ?? "");
    if (digest === undefined) {
      const place = fields.get("hash")?.value ?? entry;
      const hint = "`trailtag auth key` prints it; the secret itself is never written here.";
      report("credentials-invalid", place, "hash is sha256: and 64 hexadecimal digits.", hint);
    } else if (grant !== undefined) put(keys, entry, grant.id, { ...grant, digest });
  }

  function readUser(entry: Node): void {
    const fields = fieldsOf(entry, "A user", ["name", "hash", "scopes", "expires"]);
    if (fields === undefined) return;
    const grant = grantOf(entry, fields, "name");
    const hash = parsePasswordHash(textOf(fields, "hash") ?? "");
    if (typeof hash === "string")
      report("credentials-invalid", fields.get("hash")?.value ?? entry, `${hash}.`);
    else if (grant !== undefined) put(users, entry, grant.id, { ...grant, hash });
  }

  function readCertificate(entry: Node): void {
    const fields = fieldsOf(entry, "A certificate", ["name", ...CERTIFICATE_NAMES, "scopes", "expires"]);
    if (fields === undefined) return;
    const grant = grantOf(entry, fields, "name");
    const named = CERTIFICATE_NAMES.filter((key) => fields.has(key));
    const [by] = named;
    if (by === undefined || named.length > 1) {
      report(
        "credentials-invalid",
        entry,
        `A certificate is known by one of ${CERTIFICATE_NAMES.join(", ")}.`,
      );
      return;
    }
    const value = toCertificateName(by, textOf(fields, by) ?? "");
    if (!isCertificateName(value)) {
      report("credentials-invalid", fields.get(by)?.value ?? entry, `${by} is ${EXPECTED[by]}.`);
    } else if (grant !== undefined) put(certificates, entry, `${by} ${value}`, { ...grant, by, value });
  }

  const READERS = { keys: readKey, users: readUser, certificates: readCertificate } as const satisfies Record<
    (typeof SECTIONS)[number],
    (entry: Node) => void
  >;

  const [broken] = document.errors;
  if (broken !== undefined) {
    // The library's sentence may quote what stands there.
    const message = `This is not well-formed YAML (${broken.code.toLowerCase().replaceAll("_", " ")}).`;
    report("credentials-syntax", broken.pos[0], message);
  } else if (document.contents !== null) {
    const sections = fieldsOf(document.contents, "The credentials file", SECTIONS);
    for (const section of SECTIONS) {
      const list = sections?.get(section)?.value;
      if (list === undefined || (isScalar(list) && list.value === null)) continue;
      if (isSeq<Node>(list)) for (const entry of list.items) READERS[section](entry);
      else report("credentials-invalid", list, `${section} must be a list.`, "Begin each entry with a dash.");
    }
  }
  const credentials = { keys, users, certificates: [...certificates.values()] };
  return { credentials, diagnostics };
}

const EXPECTED = {
  subject_cn: "the common name of the certificate's subject",
  san: "a subject alternative name with its type: DNS:host.example, URI:spiffe://…, IP:192.0.2.1 or email:a@example.com",
  fingerprint_sha256: "32 bytes in hexadecimal, as `openssl x509 -fingerprint -sha256` prints them",
} as const;

function toCertificateName(by: CertificateGrant["by"], text: string): string | undefined {
  if (by === "fingerprint_sha256") return toFingerprint(text);
  if (by === "san") return toSubjectAltName(text);
  return text === "" ? undefined : text;
}

function hasControls(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
