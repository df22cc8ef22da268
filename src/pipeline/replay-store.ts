import type { Config } from "../config/types.js";
import type { DeadLetters } from "../output/dead-letters.js";
import { createDeadLetterFile } from "../output/files/dead-letter-reader.js";
import { createDeadLetterReader } from "../output/opensearch/dead-letter-reader.js";
import { createIndexNames } from "../output/opensearch/index-names.js";
import type { Store, StoreLog } from "../output/store.js";
import type { Rule } from "../rules/ir.js";
import { createConfiguredFilesStore, createStore, toClientOptions } from "./create-store.js";

export {
  DamagedLetterError,
  type DeadLetterHead,
  type DeadLetters,
  type DeadLetterSummary,
} from "../output/dead-letters.js";

/** The dead letters of the store that the configuration names, to be read. */
export function createDeadLetters(config: Config, append?: (lines: Buffer) => Promise<void>): DeadLetters {
  if (config.store.kind === "files") {
    return createDeadLetterFile({ dir: config.store.dir, ...(append === undefined ? {} : { append }) });
  }
  const { index_prefix, index_period } = config.opensearch;
  const index = createIndexNames(index_prefix, index_period).deadletter;
  return createDeadLetterReader({ client: toClientOptions(config), index });
}

/** A store to write to and its dead letters, which may be marked while it is open. */
export interface ReplayStore {
  readonly store: Store;
  readonly deadLetters: DeadLetters;
  close(): Promise<void>;
}

/**
 * Opens the store without a spool: what a replay writes is in the store, or the letter stays as it is.
 *
 * @throws FolderLockedError when a running TrailTag has the files store.
 * @throws IncompatibleStoreError
 */
export async function openReplayStore(
  config: Config,
  context: { readonly log: StoreLog; readonly ruleById: (id: string) => Rule | undefined },
): Promise<ReplayStore> {
  if (config.store.kind === "files") {
    const store = createConfiguredFilesStore(config, context);
    await store.start();
    return join(
      store,
      createDeadLetters(config, (lines) => store.appendDeadLetters(lines)),
    );
  }
  const store = createStore(config, { ...context, metrics: NO_METRICS });
  await store.start();
  return join(store, createDeadLetters(config));
}

function join(store: Store, deadLetters: DeadLetters): ReplayStore {
  return {
    store,
    deadLetters,
    async close() {
      await deadLetters.close();
      await store.close();
    },
  };
}

const NO_METRICS = { bulk: () => undefined, retried: () => undefined, reshaped: () => undefined };
