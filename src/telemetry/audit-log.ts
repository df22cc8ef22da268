import { closeSync, openSync, writeSync } from "node:fs";
import { createLog, type Log, type LogOptions } from "./log.js";

export interface AuditLog {
  write(entry: Readonly<object>): void;
  /** Opens the file again, for whoever has moved it away. */
  reopen(): void;
  close(): void;
}

export interface AuditLogOptions extends LogOptions {
  /** Appended to, one JSON object a line, readable for its owner alone; made when missing. */
  readonly file?: string | undefined;
  /** Told when a line could not be appended. */
  readonly onFailure: () => void;
}

/** The name of the line in the log; what happened is in its fields. */
const MESSAGE = "Audit";
/** A disk that is full says so once, not with each line. */
const TELL_AGAIN_MS = 60_000;

/**
 * Lines of the audit log: to stderr whatever the level of the log is, and to a file of their own where there is one.
 * They are few, and written at once: nothing that was done is told later than it happened.
 *
 * @throws the error of opening the file.
 */
export function createAuditLog(options: AuditLogOptions, log: Log): AuditLog {
  const { file } = options;
  const always = createLog({ ...options, level: "info" });
  let descriptor: number | undefined;
  let toldAt = -Infinity;
  open();

  function open(): void {
    if (file !== undefined) descriptor = openSync(file, "a", 0o600);
  }

  function attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      options.onFailure();
      if (performance.now() - toldAt < TELL_AGAIN_MS) return;
      toldAt = performance.now();
      log.error("Lines of the audit log cannot be appended to log.audit_file; they are in this log alone.", {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  function close(): void {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  }

  return {
    write(entry) {
      always.info(MESSAGE, { audit: true, ...entry });
      if (file === undefined) return;
      attempt(() => {
        if (descriptor === undefined) open();
        const line = { timestamp: new Date().toISOString(), audit: true, ...entry };
        writeSync(descriptor ?? -1, `${JSON.stringify(line)}\n`);
      });
    },
    reopen() {
      attempt(() => {
        close();
        open();
      });
    },
    close,
  };
}
