import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder that holds package.json, rules/, mappings/ and dashboards/: from src/ in tests and from dist/src/ when built. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  if (existsSync(join(from, "package.json")) && existsSync(join(from, "mappings"))) return from;
  const parent = dirname(from);
  if (parent === from)
    throw new Error("TrailTag's own folder (with package.json and mappings/) was not found.");
  return findRoot(parent);
}
