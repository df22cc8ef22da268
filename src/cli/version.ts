import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createAttack } from "../attack/attack.js";
import { EXIT } from "../lib/errors.js";
import { packageRoot } from "../lib/package-root.js";
import type { Command } from "./command.js";

export const versionCommand: Command = {
  usage: "trailtag version",
  run: () => {
    process.stdout.write(
      `trailtag ${packageVersion()}\nATT&CK ${createAttack().version}\nnode ${process.versions.node}\n`,
    );
    return Promise.resolve(EXIT.ok);
  },
};

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}
