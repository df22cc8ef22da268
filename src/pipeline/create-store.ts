import type { Config } from "../config/types.js";
import { toAlert, toAlerts, type AlertParts } from "../enrich/alerts.js";
import { toDeadLetters } from "../enrich/dead-letter.js";
import { sameRecord } from "../enrich/same-record.js";
import { toStoredEvent } from "../enrich/stored-event.js";
import type { EventDocument } from "../enrich/types.js";
import { systemClock } from "../lib/clock.js";
import type { JsonObject } from "../lib/json.js";
import type { AlertStore } from "../output/alert-triage.js";
import { createFilesStore, type FilesStore } from "../output/files/store.js";
import { loadIndexMappings } from "../output/opensearch/load-mappings.js";
import type { OpenSearchClientOptions } from "../output/opensearch/client.js";
import { createAwsSigner } from "../output/opensearch/aws-signer.js";
import { createOpenSearchStore } from "../output/opensearch/store.js";
import type { DeadLetterWrite, StoreLog, StoreMetrics } from "../output/store.js";
import type { Rule } from "../rules/ir.js";

export interface StoreContext {
  readonly log: StoreLog;
  readonly metrics: StoreMetrics;
  /** For what a stored hit does not hold: description, runbook, summary attributes. The rule may be gone. */
  readonly ruleById: (id: string) => Rule | undefined;
}

/** Bytes of one dead-letter chunk before base64: a chunk stays well under what OpenSearch takes in one request. */
const CHUNK_BYTES = 5 * 1024 * 1024;

/** The store that the configuration names, given what it needs to know of alerts and records. */
export function createStore(config: Config, context: StoreContext): AlertStore {
  if (config.store.kind === "files") return createConfiguredFilesStore(config, context);
  const { alertsOf, alertOf, deadLetters } = knowledge(context);
  const { index_prefix, index_period, manage_templates, retention_days, max_concurrency } = config.opensearch;
  return createOpenSearchStore({
    client: toClientOptions(config),
    prefix: index_prefix,
    indexPeriod: index_period,
    mappings: loadIndexMappings(),
    manageTemplates: manage_templates,
    bulk: { maxConcurrency: max_concurrency },
    serverless: config.opensearch.aws.service === "aoss",
    ...(retention_days === undefined ? {} : { retention: `${retention_days}d` }),
    alertsOf: (stored) => {
      const event = toStoredEvent(stored);
      return event === undefined ? [] : alertsOf(event);
    },
    toAlert: alertOf,
    sameRecord: (written, stored) => sameRecord(toEvent(written), toEvent(stored)),
    toDeadLetters: deadLetters,
    clock: systemClock,
    log: context.log,
    metrics: context.metrics,
  });
}

/** The files store, whatever `store.kind` says. */
export function createConfiguredFilesStore(
  config: Config,
  context: Pick<StoreContext, "log" | "ruleById"> & Partial<Pick<StoreContext, "metrics">>,
): FilesStore {
  const { alertsOf, alertOf, deadLetters } = knowledge(context);
  return createFilesStore({
    dir: config.store.dir,
    alertsOf,
    toAlert: alertOf,
    sameRecord: (stored, incoming) => sameRecord(toEvent(stored), toEvent(incoming)),
    toDeadLetters: (write) => deadLetters(write).map(({ document }) => document),
    clock: systemClock,
    log: context.log,
    ...(context.metrics === undefined ? {} : { metrics: context.metrics }),
  });
}

/** What both stores are told of alerts and dead letters. */
function knowledge({ ruleById }: Pick<StoreContext, "ruleById">) {
  return {
    alertsOf: (stored: EventDocument) => toAlerts(stored, ruleById),
    alertOf: (parts: AlertParts) => toAlert(parts, ruleById),
    deadLetters: (write: Omit<DeadLetterWrite, "kind">) => toDeadLetters(write, systemClock(), CHUNK_BYTES),
  };
}

/** How to talk to the cluster that is configured. */
export function toClientOptions(config: Config): OpenSearchClientOptions {
  const { node, username, password, request_timeout_ms, compression } = config.opensearch;
  const { ca_file, client_cert_file, client_key_file, aws } = config.opensearch;
  return {
    node: node ?? "",
    ...(username === undefined ? {} : { auth: { username, password: password ?? "" } }),
    tlsFiles: {
      ...(ca_file === undefined ? {} : { ca: ca_file }),
      ...(client_cert_file === undefined ? {} : { cert: client_cert_file }),
      ...(client_key_file === undefined ? {} : { key: client_key_file }),
    },
    compression,
    ...(aws.region === undefined
      ? {}
      : { signer: createAwsSigner({ region: aws.region, service: aws.service }) }),
    requestTimeoutMs: request_timeout_ms,
  };
}

/** For comparing alone: that takes a document of any shape, since somebody else's may stand under the id. */
function toEvent(document: JsonObject): EventDocument {
  return document as unknown as EventDocument;
}
