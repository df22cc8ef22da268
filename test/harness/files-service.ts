import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlertDocument, DeadLetterDocument, EventDocument } from "../../src/enrich/types.js";
import type { JsonObject } from "../../src/lib/json.js";
import { startService, type TestService } from "./service.js";

/** The service over a files store in a folder of its own, with what it wrote there. */
export interface FilesService extends TestService {
  readonly dir: string;
  events(): EventDocument[];
  /** The last line of each id. */
  alerts(): AlertDocument[];
  deadLetters(): DeadLetterDocument[];
}

export async function startFilesService(config: JsonObject = {}): Promise<FilesService> {
  const dir = mkdtempSync(join(tmpdir(), "trailtag-files-"));
  const service = await startService({ config: { ...config, store: { kind: "files", dir } } });
  const lines = (file: string): unknown[] =>
    readFileSync(join(dir, file), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
  return {
    ...service,
    dir,
    events: () => lines("events.ndjson") as EventDocument[],
    alerts: () => {
      const last = new Map(
        (lines("alerts.ndjson") as AlertDocument[]).map((alert) => [alert.alert.id, alert]),
      );
      return [...last.values()];
    },
    deadLetters: () => lines("deadletter.ndjson") as DeadLetterDocument[],
    close: async () => {
      await service.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
