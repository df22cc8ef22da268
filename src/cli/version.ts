import { createAttack } from "../attack/attack.js";
import { EXIT } from "../lib/errors.js";
import { packageVersion } from "../lib/package-version.js";
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

export { packageVersion } from "../lib/package-version.js";
