import { createPrivateKey, constants, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions, type SecureVersion } from "node:tls";
import type { Clock } from "../lib/clock.js";
import type { Log } from "../telemetry/log.js";
import type { SecurityMetrics } from "../telemetry/security-metrics.js";

export interface ServerTlsOptions {
  readonly certFile: string;
  readonly keyFile: string;
  /** Asks clients for a certificate, and looks at it when there is one. */
  readonly clientCaFile: string | undefined;
  readonly minVersion: SecureVersion;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: SecurityMetrics;
  /** How often the files are looked at; default a minute. */
  readonly pollMs?: number;
}

/** Certificate and key of the server, as they stand in their files. */
export interface ServerTls {
  readonly asksClients: boolean;
  current(): SecureContextOptions;
  /** Reads the files again. @returns a sentence when they were refused: what was served stays. */
  reload(): string | undefined;
  /** Called whenever something else is to be served. */
  onChange(listener: (next: SecureContextOptions) => void): void;
  close(): void;
}

interface Material {
  readonly context: SecureContextOptions;
  /** ms since the epoch. */
  readonly validTo: number;
  readonly fingerprint: string;
}

/** A certificate or key that cannot be served; the message is for the person who runs TrailTag. */
export class TlsFilesError extends Error {
  override readonly name = "TlsFilesError";
}

const POLL_MS = 60_000;

/**
 * Reads the files, and again when they change: certificates are renewed while TrailTag runs. Changes are found by
 * looking, since what Kubernetes mounts is links that are swapped, which watching does not see everywhere.
 *
 * @throws TlsFilesError when the files cannot be served at the start.
 */
export function createServerTls(options: ServerTlsOptions): ServerTls {
  const { clock, log, metrics, clientCaFile } = options;
  let seen = signature(options);
  let material = read(options);
  let listener: ((next: SecureContextOptions) => void) | undefined;
  if (material.validTo <= clock()) log.error(`The certificate in ${options.certFile} has expired.`);
  metrics.certificateExpiry(material.validTo);

  function reload(): string | undefined {
    seen = signature(options);
    try {
      const next = read(options);
      if (next.validTo <= clock() && material.validTo > clock()) {
        throw new TlsFilesError(`The certificate in ${options.certFile} has expired.`);
      }
      if (next.fingerprint !== material.fingerprint) {
        log.info("Another certificate is served.", { valid_to: new Date(next.validTo).toISOString() });
      }
      material = next;
    } catch (error) {
      metrics.reload("certificate", false);
      const reason = `The certificate that is served stays: ${error instanceof Error ? error.message : String(error)}`;
      log.error(reason);
      return reason;
    }
    metrics.reload("certificate", true);
    metrics.certificateExpiry(material.validTo);
    listener?.(material.context);
    return undefined;
  }

  const poll = setInterval(() => {
    if (signature(options) !== seen) reload();
  }, options.pollMs ?? POLL_MS);
  poll.unref();

  return {
    asksClients: clientCaFile !== undefined,
    current: () => material.context,
    reload,
    onChange: (next) => (listener = next),
    close: () => clearInterval(poll),
  };
}

function read({ certFile, keyFile, clientCaFile, minVersion }: ServerTlsOptions): Material {
  const cert = readPem(certFile, "http.tls.cert_file");
  const key = readPem(keyFile, "http.tls.key_file");
  const leaf = attempt(`${certFile} holds no certificate in PEM form`, () => new X509Certificate(cert));
  const privateKey = attempt(`${keyFile} holds no private key in PEM form without a password`, () =>
    createPrivateKey(key),
  );
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new TlsFilesError(`The key in ${keyFile} does not belong to the first certificate in ${certFile}.`);
  }
  const context: SecureContextOptions = { cert, key, minVersion };
  if (clientCaFile !== undefined) {
    const ca = readPem(clientCaFile, "http.tls.client_ca_file");
    attempt(`${clientCaFile} holds no certificate in PEM form`, () => new X509Certificate(ca));
    context.ca = ca;
    // A session that is taken up again is believed for what was found when it began: each connection is to be looked at.
    context.secureOptions = constants.SSL_OP_NO_TICKET;
  }
  attempt(`${certFile} and ${keyFile} cannot be served`, () => createSecureContext(context));
  return { context, validTo: Date.parse(leaf.validTo), fingerprint: leaf.fingerprint256 };
}

function readPem(file: string, key: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new TlsFilesError(`${key} cannot be read: ${(error as Error).message}.`);
  }
}

/** The library's own words are for those who know it; they never quote a key. */
function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new TlsFilesError(`${what} (${(error as Error).message}).`);
  }
}

/** Tells files that were replaced or written from those that are as they were; links are followed. */
function signature({ certFile, keyFile, clientCaFile }: ServerTlsOptions): string {
  const files = [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])];
  return files
    .map((file) => {
      try {
        const { mtimeMs, ino, size } = statSync(file);
        return `${ino} ${mtimeMs} ${size}`;
      } catch {
        return "gone";
      }
    })
    .join("|");
}
