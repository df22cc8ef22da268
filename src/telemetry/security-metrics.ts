import { Counter, Gauge, type Registry } from "prom-client";

export interface SecurityMetrics {
  /** @param reason one of a closed set */
  authFailure(reason: string): void;
  /** Credentials or certificates were read again; `refused`: what was in force stays. */
  reload(what: "credentials" | "certificate", ok: boolean): void;
  /** When the server's certificate expires, ms since the epoch. */
  certificateExpiry(at: number): void;
  auditFailure(): void;
}

/** Metrics of who comes in, and by what way. */
export function createSecurityMetrics(registry: Registry): SecurityMetrics {
  const registers = [registry];
  const failures = new Counter({
    name: "trailtag_auth_failures_total",
    help: "Requests that were not let in, by reason.",
    labelNames: ["reason"],
    registers,
  });
  const reloads = new Counter({
    name: "trailtag_security_reloads_total",
    help: "Reloads of credentials and certificates, by result.",
    labelNames: ["what", "result"],
    registers,
  });
  const lastReload = new Gauge({
    name: "trailtag_security_last_reload_successful",
    help: "1 when what was read last is in force, 0 when it was refused.",
    labelNames: ["what"],
    registers,
  });
  const expiry = new Gauge({
    name: "trailtag_tls_certificate_expiry_timestamp_seconds",
    help: "When the certificate that is served expires, in seconds since the epoch; absent without TLS.",
    labelNames: ["certificate"],
    registers,
  });
  const auditFailures = new Counter({
    name: "trailtag_audit_file_failures_total",
    help: "Lines of the audit log that could not be appended to log.audit_file; they are in the log.",
    registers,
  });
  return {
    authFailure: (reason) => failures.inc({ reason }),
    reload: (what, ok) => {
      reloads.inc({ what, result: ok ? "ok" : "refused" });
      lastReload.set({ what }, ok ? 1 : 0);
    },
    certificateExpiry: (at) => expiry.set({ certificate: "server" }, at / 1000),
    auditFailure: () => auditFailures.inc(),
  };
}
