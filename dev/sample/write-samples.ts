import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packageRoot } from "../../src/lib/package-root.js";
import { sampleFiles } from "./sample-files.js";

// Writes examples/samples/ anew: `npm run build && node dist/dev/sample/write-samples.js`.
const folder = join(packageRoot, "examples/samples");
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith(".json.gz")) rmSync(join(folder, name));
const files = sampleFiles();
for (const { name, text } of files) writeFileSync(join(folder, name), gzipSync(text, { level: 9 }));
process.stdout.write(`${files.length} files in ${folder}\n`);
