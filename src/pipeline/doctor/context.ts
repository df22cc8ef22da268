import type { Config } from "../../config/types.js";
import type { JsonValue } from "../../lib/json.js";
import { createOpenSearchClient, replyJson, type OpenSearchClient } from "../../output/opensearch/client.js";
import { said } from "../../output/opensearch/ask.js";
import { createIndexNames, type IndexNames } from "../../output/opensearch/index-names.js";
import { loadIndexMappings } from "../../output/opensearch/load-mappings.js";
import { toIndexTemplates, type IndexTemplate } from "../../output/opensearch/templates.js";
import { toClientOptions } from "../create-store.js";
import { SkippedError } from "./finding.js";
import { createServiceClient, type ServiceClient } from "./service-client.js";

export interface DoctorOptions {
  /** The configuration, or the sentence why there is none. */
  readonly config: Config | string;
  readonly url: string;
  /** Other replicas, for counters that add up over all. */
  readonly peers: readonly string[];
  readonly key?: string;
  /** PEM of the authority that signed the services' certificates. */
  readonly ca?: string;
  /** Whether an event is sent through. */
  readonly canary: boolean;
  /** Those checks only; all of them unless given. */
  readonly only?: readonly string[];
  /** How long an alert may be pending before that is told, ms. Default 5,000. */
  readonly patienceMs?: number;
}

/** What the checks look at. */
export interface DoctorContext {
  readonly options: DoctorOptions;
  /** @throws SkippedError when it cannot be read. */
  config(): Config;
  readonly service: ServiceClient;
  /** That one and its peers. */
  readonly replicas: readonly ServiceClient[];
  /** @throws SkippedError when the store is files, or the configuration cannot be read. */
  openSearch(): OpenSearchStoreView;
  close(): Promise<void>;
}

/** Our part of a cluster. */
export interface OpenSearchStoreView {
  readonly client: OpenSearchClient;
  readonly names: IndexNames;
  readonly templates: readonly IndexTemplate[];
  /** Comma-separated patterns of all our indices. */
  readonly patterns: string;
  /**
   * The answer to a GET; undefined for 404.
   * @throws NoReplyError, SkippedError when the user may not ask, Error for any other answer.
   */
  readonly get: (path: string, query?: Readonly<Record<string, string>>) => Promise<JsonValue | undefined>;
}

/** Requests of TrailTag are held no longer than this, whatever `limits.hold_ms` says. */
const MAX_HOLD_MS = 60_000;

export function createDoctorContext(options: DoctorOptions): DoctorContext {
  const { config } = options;
  const toClient = (url: string): ServiceClient =>
    createServiceClient({ url, key: options.key, ca: options.ca, timeoutMs: MAX_HOLD_MS });
  const service = toClient(options.url);
  let view: OpenSearchStoreView | undefined;

  function readConfig(): Config {
    if (typeof config === "string") throw new SkippedError("The configuration cannot be read.");
    return config;
  }

  return {
    options,
    config: readConfig,
    service,
    replicas: [service, ...options.peers.map(toClient)],
    openSearch() {
      if (readConfig().store.kind === "files") throw new SkippedError("The store is files.");
      return (view ??= createView(readConfig()));
    },
    close: async () => view?.client.close(),
  };
}

function createView(config: Config): OpenSearchStoreView {
  const { index_prefix, index_period } = config.opensearch;
  const client = createOpenSearchClient(toClientOptions(config));
  const names = createIndexNames(index_prefix, index_period);
  const templates = toIndexTemplates(loadIndexMappings(), index_prefix, names);
  return {
    client,
    names,
    templates,
    patterns: templates.map(({ pattern }) => pattern).join(","),
    async get(path, query) {
      const reply = await client.request({ method: "GET", path, ...(query === undefined ? {} : { query }) });
      if (reply.status === 404) return undefined;
      if (reply.status === 401 || reply.status === 403) {
        throw new SkippedError(`OpenSearch does not let this user ask ${path}: ${said(reply)}`);
      }
      const answer = replyJson(reply);
      if (reply.status !== 200 || answer === undefined) {
        throw new Error(`OpenSearch answers ${path} with HTTP ${reply.status}: ${said(reply)}`);
      }
      return answer;
    },
  };
}
