import type { CertificateGrant } from "./credentials.js";

/** What the platform tells of a client's certificate. */
export interface ClientCertificate {
  /** Common names of the subject. */
  readonly commonName: string | readonly string[] | undefined;
  /** As node prints it: `DNS:a.example, URI:"…"`. */
  readonly subjectAltName: string | undefined;
  /** `AB:CD:…`, of SHA-256. */
  readonly fingerprint: string;
}

const TYPES: Readonly<Record<string, string>> = { dns: "DNS", uri: "URI", ip: "IP Address", email: "email" };

/** Upper case with colons; undefined for what is no fingerprint. */
export function toFingerprint(text: string): string | undefined {
  const digits = text.replaceAll(":", "").toUpperCase();
  return /^[0-9A-F]{64}$/.test(digits) ? (digits.match(/../g) ?? []).join(":") : undefined;
}

/** `TYPE:value` with the type as node names it. Host names are compared in lower case. */
export function toSubjectAltName(text: string): string | undefined {
  const [, type = "", value = ""] = /^([A-Za-z]+):(.+)$/.exec(text) ?? [];
  const known = TYPES[type.toLowerCase()];
  return known === undefined ? undefined : nameOf(known, value);
}

export function isCertificateName(value: string | undefined): value is string {
  return value !== undefined;
}

/** The grant of a certificate: by fingerprint before name, since it names one certificate alone. */
export function findGrant(
  grants: readonly CertificateGrant[],
  certificate: ClientCertificate,
): CertificateGrant | undefined {
  const names = {
    fingerprint_sha256: [certificate.fingerprint],
    san: splitSubjectAltNames(certificate.subjectAltName ?? ""),
    // A subject with several common names is nobody in particular.
    subject_cn: typeof certificate.commonName === "string" ? [certificate.commonName] : [],
  } as const satisfies Record<CertificateGrant["by"], readonly string[]>;
  for (const by of ["fingerprint_sha256", "san", "subject_cn"] as const) {
    const grant = grants.find((each) => each.by === by && names[by].includes(each.value));
    if (grant !== undefined) return grant;
  }
  return undefined;
}

/**
 * Parts of node's text. A value that holds a comma or quote is written as a JSON string there, so that nobody can
 * write one name into another.
 */
function splitSubjectAltNames(text: string): string[] {
  const names: string[] = [];
  const part = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return [];
    const [, type = "", value = ""] = match;
    names.push(nameOf(type, value.startsWith('"') ? unquoted(value) : value));
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

function nameOf(type: string, value: string): string {
  return `${type}:${type === "DNS" ? value.toLowerCase() : value}`;
}
