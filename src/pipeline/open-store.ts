import type { Config } from "../config/types.js";
import type { AlertTriage } from "../output/alert-triage.js";
import type { Store, StoreLog, StoreWrite, WriteOutcome } from "../output/store.js";
import { keepBeside } from "../spool/keep-beside.js";
import { readSpoolStatus } from "../spool/look-on.js";
import { openSpool } from "../spool/open-spool.js";
import { createSpoolingStore } from "../spool/spooling-store.js";
import { SpoolLockedError, type SpoolStatus } from "../spool/spool.js";
import { decodeWrites, encodeWrites } from "../spool/write-codec.js";
import type { Metrics } from "../telemetry/metrics.js";
import { createStore, type StoreContext } from "./create-store.js";

/** The store that the configuration names, with its spool in front where it has one. */
export interface OpenStore {
  readonly store: Store;
  /** Of the store itself: alerts of events in the spool are not there yet. */
  readonly alerts: AlertTriage;
  status(): {
    readonly ready: boolean;
    readonly message: string;
    readonly store: ReturnType<Store["status"]>;
  };
  /** Undefined without a spool. */
  spoolStatus(): SpoolStatus | undefined;
  /** The service stops: from now on nothing waits for a store that is away. */
  hurry(): void;
  /** Resolves with true once nothing waits in the spool, with false at the deadline (ms since the epoch). */
  untilDrained(deadline: number): Promise<boolean>;
}

export interface OpenStoreOptions extends StoreContext {
  readonly log: StoreLog;
  readonly spoolMetrics: Metrics["spool"];
  /** Told of writes that have left the spool for the store. */
  readonly onDrained: (writes: readonly StoreWrite[], outcomes: readonly WriteOutcome[]) => void;
}

/** Another process uses the spool, or its folder cannot be used. */
export class SpoolUnusableError extends Error {
  override readonly name = "SpoolUnusableError";
}

/** @throws SpoolUnusableError */
export async function openStore(config: Config, options: OpenStoreOptions): Promise<OpenStore> {
  const inner = createStore(config, options);
  if (config.spool.mode === "off") {
    await tellLeftBehind(config.spool.dir, options);
    return {
      store: inner,
      alerts: inner.alerts,
      status: () => ({ ...inner.status(), store: inner.status() }),
      spoolStatus: () => undefined,
      hurry: () => undefined,
      untilDrained: () => Promise.resolve(true),
    };
  }
  const { dir, max_bytes: maxBytes, after_ms: afterMs } = config.spool;
  const { log, spoolMetrics: metrics, onDrained } = options;
  const spool = await openSpool({
    dir,
    maxBytes,
    log,
    onSync: (seconds) => metrics.synced(seconds),
  }).catch((error: unknown) => {
    throw toUnusable(dir, error);
  });
  const store = createSpoolingStore({
    inner,
    spool,
    encode: encodeWrites,
    decode: decodeWrites,
    setAside: (record) => keepBeside(dir, record),
    afterMs,
    onDrained,
    metrics,
    log,
  });
  return {
    store,
    alerts: inner.alerts,
    status: () => store.status(),
    spoolStatus: () => store.spoolStatus(),
    hurry: () => store.hurry(),
    untilDrained: (deadline) => store.untilEmpty(deadline),
  };
}

/** What was acknowledged before the spool was switched off waits there still, and nobody would miss it. */
async function tellLeftBehind(dir: string, { log, spoolMetrics }: OpenStoreOptions): Promise<void> {
  const status = await readSpoolStatus(dir).catch((error: unknown) => {
    log("warn", `spool.mode is off, and it cannot be told whether events wait in ${dir}.`, {
      reason: error instanceof Error ? error.message : String(error),
    });
    return undefined;
  });
  if (status === undefined || status.records === 0) return;
  spoolMetrics.leftBehind(status.documents);
  const mend = "Set spool.mode to on, or stop this service and run `trailtag spool drain`.";
  log("error", `spool.mode is off, and events wait in the spool in ${dir} that nothing stores. ${mend}`, {
    documents: status.documents,
    oldest_at: new Date(status.oldestAt ?? 0).toISOString(),
  });
}

function toUnusable(dir: string, error: unknown): SpoolUnusableError {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof SpoolLockedError) {
    return new SpoolUnusableError(`${reason} The folder is named by spool.dir.`, { cause: error });
  }
  const mend = "Name a folder that can be written to with spool.dir, or set spool.mode to off.";
  return new SpoolUnusableError(`The spool in ${dir} cannot be opened: ${reason}. ${mend}`, { cause: error });
}
