import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";
import { buildDashboardFiles, loadMappings } from "./build.js";

// Run after each change to mappings/ or dev/dashboards/: node dist/dev/dashboards/write.js
for (const [name, text] of buildDashboardFiles(loadMappings(packageRoot))) {
  writeFileSync(join(packageRoot, "dashboards", name), text);
  process.stderr.write(`dashboards/${name}: ${text.split("\n").length - 1} objects\n`);
}
