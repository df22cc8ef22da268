import { join, resolve, sep } from "node:path";
import { packageRoot } from "../lib/package-root.js";

/** Folder of the rules that come with TrailTag. */
export const BUNDLED_PACK = join(packageRoot, "rules");

export function isBundled(path: string): boolean {
  return resolve(path).startsWith(BUNDLED_PACK + sep);
}
