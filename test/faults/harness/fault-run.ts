import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createControlledService, type ControlledService } from "../../../dev/controlled-service.js";
import { findFreePort } from "../../../dev/free-port.js";
import type { JsonObject } from "../../../src/lib/json.js";
import { deletePrefix, testPrefix } from "../../harness/opensearch.js";
import { waitFor } from "../../harness/wait-for.js";
import { createEventSource, type EventSource } from "./event-source.js";
import { scrape } from "./metrics.js";
import { watchBalance } from "./balance.js";
import { startRandomProxy, type RandomProxy } from "./proxy.js";
import { chooseSeed, createRandom, type Random } from "./random.js";
import { startShipper, type Shipper, type ShipperOptions } from "./shipper.js";
import { readStored, type Stored } from "./stored.js";

export interface FaultRunOptions {
  readonly name: string;
  readonly openSearchUrl: string;
  /** The prefix is removed in the end, unless OpenSearch itself is. Default true. */
  readonly clear?: boolean;
  readonly config?: JsonObject;
  /** Sections of `spool`; "off" turns it off. */
  readonly spool?: JsonObject | "off";
  readonly spoolDir?: string;
  readonly maxFileBytes?: number;
  /** What each event holds besides. */
  readonly paddingBytes?: number;
}

/** TrailTag as a process, a fault proxy between it and OpenSearch, shippers that keep count. */
export interface FaultRun {
  readonly random: Random;
  readonly proxy: RandomProxy;
  readonly service: ControlledService;
  readonly source: EventSource;
  readonly spoolDir: string;
  readonly prefix: string;
  /** Starts the service and sends it a first batch, so that indices and connections are there. */
  begin(): Promise<void>;
  ship(options?: Partial<ShipperOptions>): Shipper;
  /** Counts these as sent and, when they are owed, as lost unless they are stored. */
  note(ids: readonly string[], owed: boolean): void;
  /** `count` shippers that send again, and one that never does. */
  shipAll(count?: number): void;
  /** Ends the load: shippers finish what they hold. */
  quiet(): Promise<void>;
  /** Ends the load, waits until everything is where it belongs, and compares. Prints the figures. */
  finish(kills?: number): Promise<Figures>;
  close(): Promise<void>;
}

/** What became of the events of a run. */
export interface Figures {
  readonly seed: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, or sent by a shipper that sends again, and not in OpenSearch. */
  readonly lost: readonly string[];
  /** In OpenSearch more than once. */
  readonly duplicated: readonly string[];
  /** In OpenSearch, sent by nobody. */
  readonly unknown: readonly string[];
  readonly deadLetters: number;
  /** Windows whose alerts count something else than the stored events that raise them: [window, counted, stored]. */
  readonly alertsOff: readonly (readonly [string, number, number])[];
  /** Scrapes in which received events were not the sum of what became of them. */
  readonly unbalanced: readonly string[];
  readonly peakMemory: number;
}

export const MEMORY_LIMIT = 512 * 1024 * 1024;

export async function startFaultRun(options: FaultRunOptions): Promise<FaultRun> {
  const { name, openSearchUrl } = options;
  const random = createRandom(chooseSeed());
  const dir = mkdtempSync(join(tmpdir(), "trailtag-faults-"));
  const spoolDir = options.spoolDir ?? join(dir, "spool");
  const prefix = testPrefix();
  const proxy = await startRandomProxy(openSearchUrl, random);
  // Below the ports that outgoing connections take, so that it is free again after each kill.
  const first = 15_000 + Math.floor(Math.random() * 12_000);
  const port = (await findFreePort(first, first + 500)) ?? first;
  const service = createControlledService({
    dir,
    port,
    config: {
      ...options.config,
      store: { kind: "opensearch" },
      opensearch: {
        node: proxy.url,
        index_prefix: prefix,
        request_timeout_ms: 3_000,
        ...(options.config?.["opensearch"] as JsonObject | undefined),
      },
      spool: options.spool === "off" ? { mode: "off" } : { dir: spoolDir, after_ms: 500, ...options.spool },
    },
    ...(options.maxFileBytes === undefined ? {} : { maxFileBytes: options.maxFileBytes }),
  });
  const source = createEventSource(`${name.replaceAll(/[^a-z0-9]+/gi, "-")}-${prefix}`, options.paddingBytes);
  const shippers: { readonly shipper: Shipper; readonly retries: boolean }[] = [];
  const noted = { sent: new Set<string>(), owed: new Set<string>() };
  const ledger = watchBalance(service);
  const started = performance.now();

  function ship(given: Partial<ShipperOptions> = {}): Shipper {
    const { retries = true } = given;
    const shipper = startShipper({ url: service.url, source, batchSize: 25, ...given, retries });
    shippers.push({ shipper, retries });
    return shipper;
  }

  async function quiet(): Promise<void> {
    await Promise.all(shippers.map(({ shipper }) => shipper.finish()));
  }

  async function finish(kills = 0): Promise<Figures> {
    await quiet();
    await untilDrained(service);
    await ledger.look();
    const stored = await readStored(openSearchUrl, prefix);
    const figures = compare(stored);
    const faults = Object.entries(proxy.met()).filter(([, times]) => times > 0);
    const line = [
      `${name}: seed ${random.seed}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
      `${figures.sent} events, ${figures.acknowledged} acknowledged, ${figures.stored} stored`,
      `faults ${[...(kills > 0 ? [`kills ${kills}`] : []), ...faults.map((f) => f.join(" "))].join(", ") || "none"}`,
      `lost ${figures.lost.length}, duplicated ${figures.duplicated.length}`,
      `peak ${(figures.peakMemory / 1024 / 1024).toFixed(0)} MB`,
    ].join("; ");
    process.stdout.write(`    ${line}\n`);
    const report = process.env["TRAILTAG_FAULTS_REPORT"];
    if (report !== undefined) appendFileSync(report, `${line}\n`);
    return figures;
  }

  function compare(stored: Stored): Figures {
    const sent = new Set([...noted.sent, ...shippers.flatMap(({ shipper }) => [...shipper.sent])]);
    const acknowledged = new Set(shippers.flatMap(({ shipper }) => [...shipper.acknowledged]));
    const owed = new Set([...noted.owed, ...acknowledged]);
    for (const { shipper, retries } of shippers) if (retries) for (const id of shipper.sent) owed.add(id);
    const windows = new Map<number, number>();
    for (const id of stored.events.keys()) {
      const window = source.windowOf(id);
      if (window !== undefined) windows.set(window, (windows.get(window) ?? 0) + 1);
    }
    const either = new Set([...windows.keys(), ...stored.alerts.keys()]);
    const alertsOff = [...either]
      .map(
        (window) =>
          [new Date(window).toISOString(), stored.alerts.get(window) ?? 0, windows.get(window) ?? 0] as const,
      )
      .filter(([, counted, members]) => counted !== members);
    return {
      seed: random.seed,
      sent: sent.size,
      acknowledged: acknowledged.size,
      stored: stored.events.size,
      lost: [...owed].filter((id) => !stored.events.has(id)),
      duplicated: [...stored.events].filter(([, times]) => times > 1).map(([id]) => id),
      unknown: [...stored.events.keys()].filter((id) => !sent.has(id)),
      deadLetters: stored.deadLetters,
      alertsOff,
      unbalanced: ledger.unbalanced,
      peakMemory: service.peakMemory(),
    };
  }

  return {
    random,
    proxy,
    service,
    source,
    spoolDir,
    prefix,
    async begin() {
      await service.start();
      const first = ship({ batchSize: 15 });
      await waitFor(() => first.acknowledged.size > 0, { what: "a first batch", timeout_ms: 60_000 });
      await first.finish();
    },
    ship,
    note(ids, owed) {
      for (const id of ids) noted.sent.add(id);
      if (owed) for (const id of ids) noted.owed.add(id);
    },
    shipAll(count = 4) {
      for (let i = 0; i < count; i++) ship();
      ship({ retries: false, batchSize: 10 });
    },
    quiet,
    finish,
    async close() {
      ledger.stop();
      await service.kill();
      await quiet().catch(() => undefined);
      await proxy.close();
      if (options.clear !== false) await deletePrefix(prefix);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Nothing in hand, nothing in the spool. */
export async function untilDrained(service: ControlledService, timeout_ms = 300_000): Promise<void> {
  await waitFor(
    async () => {
      const metrics = await scrape(service.url);
      return metrics("trailtag_in_flight_bytes") === 0 && (metrics("trailtag_spool_events") ?? 0) === 0;
    },
    { what: "the spool to be empty", timeout_ms, every_ms: 200 },
  );
}

/** Fails unless everything that had to be stored is stored once, with alerts that count it. */
export function expectWhole(figures: Figures): void {
  const { lost, duplicated, unknown, deadLetters, alertsOff, unbalanced } = figures;
  // Not all of them: a first few tell which.
  expect({
    lost: lost.slice(0, 5),
    duplicated: duplicated.slice(0, 5),
    unknown: unknown.slice(0, 5),
    deadLetters,
    alertsOff,
    unbalanced: unbalanced.slice(0, 5),
  }).toEqual({ lost: [], duplicated: [], unknown: [], deadLetters: 0, alertsOff: [], unbalanced: [] });
  expect(figures.stored).toBeGreaterThan(0);
  expect(figures.peakMemory).toBeLessThan(MEMORY_LIMIT);
}
