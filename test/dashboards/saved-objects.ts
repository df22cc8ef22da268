import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";

/** A line of a file in dashboards/, read without the code that wrote it. */
export interface Line {
  id: string;
  type: string;
  attributes: Record<string, any>;
  references: { name: string; type: string; id: string }[];
  migrationVersion: Record<string, string>;
}

export const dashboardsFolder = join(packageRoot, "dashboards");

export const dashboardFiles: readonly string[] = readdirSync(dashboardsFolder)
  .filter((name) => name.endsWith(".ndjson"))
  .sort();

export function readLines(file: string): Line[] {
  return parseLines(readFileSync(join(dashboardsFolder, file), "utf8"));
}

export function parseLines(text: string): Line[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

/** Mapping types by dotted field name, multi-fields included, objects not. */
export function mappedTypes(mapping: unknown): Map<string, string> {
  const types = new Map<string, string>();
  const walk = (node: any, prefix: string): void => {
    for (const [key, child] of Object.entries<any>(node.properties ?? {})) {
      if (child.properties !== undefined) walk(child, `${prefix}${key}.`);
      else if (child.type !== undefined && child.type !== "object") {
        types.set(prefix + key, child.type);
        for (const [sub, field] of Object.entries<any>(child.fields ?? {})) {
          types.set(`${prefix}${key}.${sub}`, field.type);
        }
      }
    }
  };
  walk(mapping, "");
  return types;
}
