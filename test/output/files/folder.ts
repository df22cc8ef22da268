import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for a test. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "trailtag-files-"));
}

export function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/** Every document of a file, blank lines left out. Fails on a line that is no JSON. */
export function readDocuments(dir: string, name: "events" | "alerts" | "deadletter"): any[] {
  return readFileSync(join(dir, `${name}.ndjson`), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line));
}

/** The last line of each alert. */
export function readAlerts(dir: string): Map<string, any> {
  return new Map(readDocuments(dir, "alerts").map((alert) => [alert.alert.id, alert]));
}
