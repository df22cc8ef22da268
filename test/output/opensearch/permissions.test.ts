import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { packageRoot } from "../../../src/lib/package-root.js";

const text = (path: string): string => readFileSync(join(packageRoot, path), "utf8");

interface Role {
  readonly cluster_permissions: string[];
  readonly index_permissions: { readonly index_patterns: string[]; readonly allowed_actions: string[] }[];
}

/** Rows of the table: permission, cluster or index, whether trailtag_write has it. */
function documented(): { permission: string; on: string; write: boolean }[] {
  const section = text("docs/opensearch-permissions.md").split("## What each permission is for")[1] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` \| (cluster|index) \| (yes)? ?\|/gm)].map((row) => ({
    permission: row[1] ?? "",
    on: row[2] ?? "",
    write: row[3] === "yes",
  }));
}

function ofRole({ cluster_permissions, index_permissions }: Role): string[] {
  const indices = index_permissions.flatMap(({ allowed_actions }) => allowed_actions);
  return [...cluster_permissions.map((p) => `cluster ${p}`), ...indices.map((p) => `index ${p}`)].sort();
}

describe("The roles for the security plugin", () => {
  const roles = parse(text("deploy/opensearch/roles.yml")) as Record<string, Role>;
  const named = (rows: ReturnType<typeof documented>) => rows.map((r) => `${r.on} ${r.permission}`).sort();

  it("have exactly the permissions that the documentation explains", () => {
    expect(documented().length).toBeGreaterThan(20);
    expect(ofRole(roles["trailtag_serve"]!)).toEqual(named(documented()));
    expect(ofRole(roles["trailtag_write"]!)).toEqual(named(documented().filter((row) => row.write)));
  });

  it("name no index but those of the prefix, and no role that is everything", () => {
    const all = Object.entries(roles).filter(([name]) => name !== "_meta");
    expect(all.map(([name]) => name)).toEqual(["trailtag_serve", "trailtag_write", "trailtag_read"]);
    for (const [, role] of all) {
      const patterns = role.index_permissions.flatMap(({ index_patterns }) => index_patterns);
      expect(patterns.filter((pattern) => !pattern.startsWith("cloudtrail-"))).toEqual([]);
      expect(ofRole(role).filter((p) => /[ :]\*$|all$|delete/.test(p))).toEqual([]);
    }
    expect(ofRole(roles["trailtag_read"]!).filter((p) => /write|put|create/.test(p))).toEqual([]);
  });

  it("are mapped by the example", () => {
    const mapping = parse(text("deploy/opensearch/roles_mapping.yml")) as Record<string, unknown>;
    expect(Object.keys(mapping)).toEqual(Object.keys(roles));
  });
});
