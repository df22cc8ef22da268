import { open } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../../lib/json.js";
import { at } from "../../output/opensearch/alert-members.js";
import type { DoctorContext } from "./context.js";

/** What tells a canary from everything else, in queries and dashboards. */
export const CANARY_SOURCE = "trailtag.canary";

/** A record that no rule has reason to hit: a service that does not exist read nothing. @param now ms since the epoch */
export function toCanary(id: string, now: number): JsonObject {
  return {
    eventVersion: "1.11",
    userIdentity: { type: "AWSService", invokedBy: CANARY_SOURCE },
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventSource: CANARY_SOURCE,
    eventName: "DoctorCanary",
    awsRegion: "trailtag",
    sourceIPAddress: CANARY_SOURCE,
    userAgent: CANARY_SOURCE,
    requestParameters: null,
    responseElements: null,
    eventID: id,
    readOnly: true,
    eventType: "AwsServiceEvent",
    managementEvent: true,
    eventCategory: "Management",
  };
}

/** How far from its end a file of events is searched. */
const TAIL_BYTES = 8 * 1024 * 1024;

/** The stored document, by its id; undefined when there is none. */
export async function readCanary(
  context: DoctorContext,
  id: string,
  time: number,
): Promise<JsonObject | undefined> {
  const { store } = context.config();
  if (store.kind === "files") return readFromFile(join(store.dir, "events.ndjson"), id);
  const { names, get } = context.openSearch();
  const source = at(await get(`/${names.events(time)}/_doc/${id}`), "_source");
  return isJsonObject(source) ? source : undefined;
}

async function readFromFile(path: string, id: string): Promise<JsonObject | undefined> {
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const line = buffer
      .toString("utf8", 0, bytesRead)
      .split("\n")
      .find((each) => each.includes(`"${id}"`));
    const value: unknown = line === undefined ? undefined : JSON.parse(line);
    return isJsonObject(value) ? value : undefined;
  } finally {
    await handle.close();
  }
}
