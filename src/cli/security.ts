import { createAudit } from "../auth/audit.js";
import { createAuthenticator } from "../auth/authenticator.js";
import { createClientAddress } from "../auth/client-address.js";
import { NO_CREDENTIALS, type Credentials } from "../auth/credentials.js";
import { createFailureLimit } from "../auth/failure-limit.js";
import { loadCredentials } from "../auth/load-credentials.js";
import { createPasswordCheck } from "../auth/password-check.js";
import type { AuthMode } from "../auth/scope.js";
import { isLoopback } from "../config/check-security.js";
import { ConfigError } from "../config/load.js";
import type { Config } from "../config/types.js";
import type { HttpSecurity } from "../http/security.js";
import { createServerTls, TlsFilesError, type ServerTls } from "../http/server-tls.js";
import { systemClock } from "../lib/clock.js";
import { formatDiagnostic, type Diagnostic } from "../lib/diagnostics.js";
import { createAuditLog } from "../telemetry/audit-log.js";
import type { Log } from "../telemetry/log.js";
import type { Metrics } from "../telemetry/metrics.js";

export interface Security extends HttpSecurity {
  /** Undefined where plain HTTP is spoken. */
  readonly tls: ServerTls | undefined;
  close(): void;
}

/**
 * All that decides who may do what, as the configuration has it.
 *
 * @throws ConfigError when credentials, certificate or audit file cannot be used at the start. Later, on `reload`, what
 * cannot be used changes nothing.
 */
export function createSecurity(
  config: Config,
  { log, metrics }: { readonly log: Log; readonly metrics: Metrics },
): Security {
  const clock = systemClock;
  const { credentials_file: file, max_failures_per_minute } = config.auth;
  const mode: AuthMode = config.auth.mode ?? "none";

  /** @throws ConfigError */
  function readCredentials(): Credentials {
    if (mode === "none" || file === undefined) return NO_CREDENTIALS;
    const { credentials, diagnostics } = loadCredentials(file, clock(), mode);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0) throw new ConfigError(errors);
    for (const diagnostic of diagnostics) log.warn(formatDiagnostic(diagnostic));
    return credentials;
  }

  const authenticator = createAuthenticator({
    mode,
    credentials: readCredentials(),
    limit: createFailureLimit(max_failures_per_minute, clock),
    passwords: createPasswordCheck({ clock }),
    clock,
  });
  const tls = createTls(config, log, metrics);
  const auditLog = attempt("log.audit_file", () =>
    createAuditLog(
      { ...config.log, file: config.log.audit_file, onFailure: () => metrics.security.auditFailure() },
      log,
    ),
  );
  const audit = createAudit((entry) => auditLog.write(entry), clock);
  if ((mode === "api_key" || mode === "basic") && tls === undefined && !isLoopback(config.http.listen.host)) {
    log.warn(
      "Credentials come in clear text: anyone on the way can read them. Set http.tls, or have something in front of this port that speaks TLS.",
    );
  }

  function reloadCredentials(): string | undefined {
    if (mode === "none") return undefined;
    try {
      authenticator.use(readCredentials());
      metrics.security.reload("credentials", true);
      return undefined;
    } catch (error) {
      metrics.security.reload("credentials", false);
      const why =
        error instanceof ConfigError ? error.diagnostics.map(formatDiagnostic).join("; ") : String(error);
      const reason = `The credentials in force stay: ${why}`;
      log.error(reason);
      return reason;
    }
  }

  return {
    authenticator,
    audit,
    tls,
    clientAddress: createClientAddress(config.http.trusted_proxies),
    reload() {
      auditLog.reopen();
      return [reloadCredentials(), tls?.reload()].filter((refused) => refused !== undefined);
    },
    close() {
      audit.close();
      auditLog.close();
      tls?.close();
    },
  };
}

function createTls(config: Config, log: Log, metrics: Metrics): ServerTls | undefined {
  const { cert_file, key_file, client_ca_file, min_version } = config.http.tls;
  if (cert_file === undefined || key_file === undefined) return undefined;
  return attempt("http.tls", () =>
    createServerTls({
      certFile: cert_file,
      keyFile: key_file,
      clientCaFile: client_ca_file,
      minVersion: min_version,
      clock: systemClock,
      log,
      metrics: metrics.security,
    }),
  );
}

/** What is wrong with a file that the configuration names is wrong with the configuration. */
function attempt<T>(key: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const message = error instanceof TlsFilesError ? error.message : `${key}: ${(error as Error).message}.`;
    const diagnostic: Diagnostic = {
      code: "config-invalid",
      severity: "error",
      file: "configuration",
      line: 0,
      column: 0,
      message,
    };
    throw new ConfigError([diagnostic]);
  }
}
