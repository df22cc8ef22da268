import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreWrite, WriteOutcome } from "../../src/output/store.js";
import { openSpool } from "../../src/spool/open-spool.js";
import type { Spool, SpoolRecord } from "../../src/spool/spool.js";
import { createSpoolingStore, type SpoolingStore } from "../../src/spool/spooling-store.js";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.js";
import { codec, createStoreDouble, idOf, type StoreDouble } from "./store-double.js";

/** A spooling store over a real spool in a folder of its own and a store that fails as it is told to. */
export interface Fixture {
  readonly inner: StoreDouble;
  readonly spool: Spool;
  readonly store: SpoolingStore;
  readonly metrics: Metrics;
  readonly drained: [string, WriteOutcome][];
  readonly setAside: SpoolRecord[];
  readonly log: [string, string][];
  /** As a killed process leaves it: opened again with what is on disk. */
  reopen(): Promise<Fixture>;
  close(): Promise<void>;
}

export interface FixtureOptions {
  readonly afterMs?: number;
  readonly maxBytes?: number;
  readonly start?: boolean;
  readonly dir?: string;
  readonly inner?: StoreDouble;
}

export async function createFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "trailtag-spool-"));
  const inner = options.inner ?? createStoreDouble();
  const spool = await openSpool({ dir, maxBytes: options.maxBytes ?? 64 * 1024 * 1024 });
  const metrics = createMetrics();
  const drained: [string, WriteOutcome][] = [];
  const setAside: SpoolRecord[] = [];
  const log: [string, string][] = [];
  const store = createSpoolingStore({
    inner,
    spool,
    ...codec,
    setAside: (record) => Promise.resolve(void setAside.push(record)),
    afterMs: options.afterMs ?? 100,
    onDrained: (writes: readonly StoreWrite[], outcomes) =>
      writes.forEach((write, i) => drained.push([idOf(write), outcomes[i] as WriteOutcome])),
    metrics: metrics.spool,
    log: (level, message) => void log.push([level, message]),
  });
  if (options.start !== false) await store.start();
  return {
    inner,
    spool,
    store,
    metrics,
    drained,
    setAside,
    log,
    async reopen() {
      await store.close();
      return createFixture({ ...options, dir, inner });
    },
    async close() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Lets go of everything, whatever the store was told to do. */
export async function end(fixture: Fixture): Promise<void> {
  fixture.inner.ready = true;
  fixture.inner.hangs = false;
  await fixture.close();
}
