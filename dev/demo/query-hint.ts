import type { Severity } from "../../src/lib/severity.js";
import type { StoreChoice } from "../store-choice.js";
import { indexPrefix, userName } from "./cluster.js";

/** A command, ready to paste, that finds tagged events of a severity. */
export function queryHint(store: StoreChoice, severity: Severity): string {
  if (store.kind === "files") {
    return `grep '"detection":{[^}]*"severity":"${severity}"' '${store.dir}/events.ndjson' | head -n 3`;
  }
  const body = {
    size: 5,
    sort: [{ "@timestamp": "asc" }],
    _source: [
      "@timestamp",
      "eventName",
      "actor_user",
      "detection.severity",
      "rule.id",
      "threat.technique.id",
    ],
    query: { bool: { filter: [{ term: { "detection.severity": severity } }] } },
  };
  const user = userName();
  const auth = user === undefined ? "" : ` -u '${user}'`;
  return (
    `curl -s${auth} '${store.url}/${indexPrefix()}-events-*/_search?pretty' ` +
    `-H 'content-type: application/json' -d '${JSON.stringify(body)}'`
  );
}
