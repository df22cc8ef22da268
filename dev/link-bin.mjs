// Puts `trailtag` beside the installed commands, so that `npx trailtag` works in a clone:
// npm links the commands of dependencies only, never those of the package itself.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const main = join(root, "dist/src/cli/main.js");
const link = join(root, "node_modules/.bin/trailtag");

chmodSync(main, 0o755);
mkdirSync(dirname(link), { recursive: true });
rmSync(link, { force: true });
symlinkSync(relative(dirname(link), main), link);
