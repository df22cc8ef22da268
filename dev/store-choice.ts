import { join, resolve } from "node:path";
import { packageRoot } from "../src/lib/package-root.js";
import {
  LocalOpenSearchUnavailable,
  startLocalOpenSearch,
  type LocalOpenSearch,
} from "./local-opensearch.js";

/** Where the service is to write. */
export type StoreChoice =
  | { readonly kind: "opensearch"; readonly url: string; readonly local?: LocalOpenSearch }
  | { readonly kind: "files"; readonly dir: string };

export interface StoreWishes {
  readonly opensearch?: string | undefined;
  readonly store?: string | undefined;
  readonly data?: string | undefined;
}

/**
 * The cluster that was named; else the local one; else files. A cluster that nobody named is never written to,
 * and one that was named is never replaced by another.
 */
export async function chooseStore(
  wishes: StoreWishes,
  say: (line: string) => void,
  startLocal: typeof startLocalOpenSearch = startLocalOpenSearch,
  signal?: AbortSignal,
): Promise<StoreChoice> {
  const dir = resolve(wishes.data ?? process.env["TRAILTAG_STORE__DIR"] ?? join(packageRoot, "data/store"));
  const kind = wishes.store ?? process.env["TRAILTAG_STORE__KIND"];
  if (kind === "files") return { kind: "files", dir };
  const url = wishes.opensearch ?? process.env["TRAILTAG_OPENSEARCH__NODE"] ?? "";
  if (url !== "") return { kind: "opensearch", url: url.replace(/\/+$/, "") };
  try {
    const local = await startLocal({ log: say, ...(signal === undefined ? {} : { signal }) });
    return { kind: "opensearch", url: local.url, local };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof LocalOpenSearchUnavailable)) throw error;
    say(
      `There is no OpenSearch to write to (${error.message}), so events and alerts go to files in ${dir}. ` +
        `For OpenSearch: ${error.hint}; or name a cluster with --opensearch URL.`,
    );
    return { kind: "files", dir };
  }
}
