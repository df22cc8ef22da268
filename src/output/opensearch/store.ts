import { systemClock, type Clock } from "../../lib/clock.js";
import { StoreUnavailableError, type Store, type StoreLog, type StoreMetrics } from "../store.js";
import { createAdaptiveLimit } from "./adaptive-limit.js";
import type { AlertStore } from "../alert-triage.js";
import type { AlertRules } from "./alert-derivation.js";
import { createAlertTriage } from "./alert-triage.js";
import { alertIndex, createAlertWriter, onePerAlert, type AlertItem } from "./alert-writer.js";
import { createBatchQueue, type BatchQueueOptions } from "./batch-queue.js";
import { createBatchSize } from "./batch-size.js";
import { createBulkSender, type BulkItem, type BulkResult } from "./bulk-sender.js";
import { createOpenSearchClient, type OpenSearchClientOptions } from "./client.js";
import { createConnectionMonitor } from "./connection-monitor.js";
import { createDocumentReader, type DocumentKey, type StoredDocument } from "./document-reader.js";
import { createEventWriter, storedOf, type EventRules } from "./event-writer.js";
import { createIndexMaker } from "./index-maker.js";
import { createIndexNames, type IndexPeriod } from "./index-names.js";
import { createReconciler } from "./reconciler.js";
import { isTemplateMissing, setUpOpenSearch } from "./setup.js";
import { toIndexTemplates, type IndexMappings } from "./templates.js";
import { checkServerless, checkVersion, IncompatibleStoreError } from "./version.js";

export interface OpenSearchStoreOptions extends EventRules, AlertRules {
  readonly client: OpenSearchClientOptions;
  /** `cloudtrail`: the start of every index name. */
  readonly prefix: string;
  readonly indexPeriod: IndexPeriod;
  readonly mappings: IndexMappings;
  /** False: templates and policy are somebody else's; indices are still made with the mappings. Default true. */
  readonly manageTemplates?: boolean;
  readonly retention?: string;
  readonly bulk?: BulkLimits;
  /** OpenSearch Serverless: no version, ISM, aliases for writing or refresh. Default false. */
  readonly serverless?: boolean;
  readonly sweepMs?: number;
  readonly log: StoreLog;
  readonly metrics?: StoreMetrics;
  readonly clock?: Clock;
}

/** How documents are put together into bulks. */
export interface BulkLimits {
  readonly maxItems?: number;
  readonly maxChars?: number;
  /** Bulks at once, at most: how many of them are of use is found out. Default 8. */
  readonly maxConcurrency?: number;
  readonly lingerMs?: number;
  readonly busyLingerMs?: number;
}

const CLOSE_GRACE_MS = 5_000;
/** Serverless shows a document to searches within a minute, as its documentation has it. */
const SERVERLESS_SEARCH_LAG_MS = 90_000;

/** The store in OpenSearch: events and dead letters, then the alerts they raise, then what derives alerts from events. */
export function createOpenSearchStore(options: OpenSearchStoreOptions): AlertStore {
  const { prefix, mappings, log, metrics, manageTemplates = true, clock = systemClock } = options;
  const client = createOpenSearchClient(options.client);
  const names = createIndexNames(prefix, options.indexPeriod);
  const templates = toIndexTemplates(mappings, prefix, names);
  const { serverless = false } = options;
  const sendSettings = manageTemplates && !serverless;
  const maker = createIndexMaker({
    client,
    templates,
    sendSettings,
    writeAliases: !serverless,
    clock,
    log,
  });
  const searchLag = serverless ? { searchLagMs: SERVERLESS_SEARCH_LAG_MS } : {};
  const reconciler = createReconciler({ ...options, ...searchLag, client: client, names, clock });
  const readVersion = () => (serverless ? checkServerless(client, prefix) : checkVersion(client));
  const { maxConcurrency = 8, maxChars = 8 * 1024 * 1024, ...bulkLimits } = options.bulk ?? {};
  const size = createBatchSize(maxChars);
  const limits: Omit<BatchQueueOptions<unknown, unknown>, "sizeOf" | "send"> = {
    // Half of a large batch each: two bulks in flight then use two of OpenSearch's threads.
    maxItems: 2_500,
    maxChars: size,
    inFlight: Math.min(2, maxConcurrency),
    lingerMs: 2,
    busyLingerMs: 25,
    ...bulkLimits,
    clock,
    retried: (reason, items) => metrics?.retried(reason, items),
  };
  const sender = (op: "create" | "update") =>
    createBulkSender({ client, op, size, ...(metrics === undefined ? {} : { metrics }) });
  const create = sender("create");
  /** When OpenSearch last took a document. */
  let lastTaken = 0;
  const bulk = createBatchQueue<BulkItem, BulkResult>({
    ...limits,
    inFlight: createAdaptiveLimit({
      max: maxConcurrency,
      changed: (limit) => metrics?.concurrency?.(limit),
    }),
    sizeOf: (item) => item.action.length + item.body.length,
    async send(items) {
      const verdicts = await create(items);
      if (verdicts.some((verdict) => verdict.kind === "done")) lastTaken = clock();
      return verdicts;
    },
  });
  const reader = createBatchQueue<DocumentKey & { readonly size: number }, StoredDocument | undefined>({
    ...limits,
    sizeOf: (key) => key.size,
    send: createDocumentReader(client),
  });
  const alerts = createBatchQueue<AlertItem, BulkResult>({
    ...limits,
    // Two at once would conflict on the alerts they share; one takes the marks of all that wait.
    inFlight: 1,
    lingerMs: 1,
    sizeOf: (item) => item.action.length + item.body.length,
    send: onePerAlert(sender("update")),
  });
  const writeEvents = createEventWriter({ ...options, names, maker, bulk, reader });
  const markAlerts = createAlertWriter({ names, maker, queue: alerts, log });
  const writing = new Set<Promise<unknown>>();
  /** That it was set up under: while nodes are upgraded one by one, answers name now the one, now the other. */
  const versions = new Set<string>();
  /** Whether the templates could be installed: then they are installed again when they are gone. */
  let ownsTemplates = false;

  const monitor = createConnectionMonitor({
    clock,
    connect,
    ping: async () => {
      const now = await readVersion();
      for (const queue of [bulk, reader, alerts]) queue.resume();
      await maker.refresh();
      if (!versions.has(now)) {
        log("info", "OpenSearch has another version than before.", { version: now });
        await setUp();
      } else if (ownsTemplates && (await isTemplateMissing(client, prefix, templates))) {
        log("warn", "Index templates of TrailTag are gone from OpenSearch: setting it up again.");
        await setUp();
      }
    },
    hopeless: (error) => error instanceof IncompatibleStoreError,
    onTrouble: (reason) => log("warn", "OpenSearch cannot be written to; trying again.", { reason }),
    onMended: () => log("info", "OpenSearch answers again."),
  });

  async function connect(): Promise<void> {
    await setUp();
    reconciler.start();
  }

  async function setUp(): Promise<void> {
    if (!manageTemplates) {
      const version = await readVersion();
      versions.add(version);
      log("info", "Connected to OpenSearch.", { version });
      return;
    }
    const retention = options.retention === undefined ? {} : { retention: options.retention };
    const report = await setUpOpenSearch({ client, prefix, mappings, serverless, ...retention });
    versions.add(report.version);
    ownsTemplates = report.templates;
    log("info", "Connected to OpenSearch.", { version: report.version, done: report.done });
    for (const problem of report.problems) log("warn", problem);
  }

  const write: Store["write"] = async (batch, deadline) => {
    await monitor.whenReady(deadline);
    // Any document may end as a dead letter.
    const indices = new Set([names.deadletter]);
    for (const item of batch) if (item.kind === "event") indices.add(names.events(item.time));
    await maker.ensure(indices, deadline);
    const written = await writeEvents(batch, deadline);
    if (written.alerts.length > 0) {
      try {
        await maker.ensure(new Set(written.alerts.map((alert) => alertIndex(names, alert))), deadline);
        reconciler.markDirty(await markAlerts(written.alerts, deadline));
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        throw new StoreUnavailableError(error.message, {
          begun: storedOf(written.outcomes),
          refused: error.refused,
          cause: error,
        });
      }
    }
    for (const reason of written.deadReasons) metrics?.deadLettered?.(reason, 1);
    return written.outcomes;
  };

  function status(): ReturnType<Store["status"]> {
    const trouble = monitor.trouble() ?? bulk.trouble() ?? alerts.trouble();
    if (trouble !== undefined)
      return { ready: false, message: `OpenSearch at ${client.node} cannot be written to: ${trouble}` };
    const unmade = maker.trouble();
    if (unmade === undefined)
      return { ready: true, message: `OpenSearch at ${client.node} takes documents.` };
    // Documents of other indices may well be taken meanwhile.
    return lastTaken > unmade.since
      ? {
          ready: true,
          message: `OpenSearch at ${client.node} takes documents, but not all: ${unmade.message}`,
        }
      : { ready: false, message: `OpenSearch at ${client.node} cannot be written to: ${unmade.message}` };
  }

  return {
    kind: "opensearch",
    alerts: createAlertTriage({ client, pattern: names.alertsPattern, clock }),
    start: () => monitor.start(),
    write: (batch, deadline) => {
      const work = write(batch, deadline);
      const over: Promise<void> = work.then(
        () => void writing.delete(over),
        () => void writing.delete(over),
      );
      writing.add(over);
      return work;
    },
    status,
    async settle() {
      await reconciler.settle();
      // What was derived just now shows in searches at once.
      await client
        .request({ method: "POST", path: `/${names.eventsPattern},${names.alertsPattern}/_refresh` })
        .catch(() => undefined);
    },
    async close() {
      // While OpenSearch is away nothing of this can end well, and nothing of it was acknowledged.
      if (status().ready) await atMost(CLOSE_GRACE_MS, Promise.all(writing));
      monitor.close();
      await reconciler.close(CLOSE_GRACE_MS);
      await client.close();
    },
  };
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
