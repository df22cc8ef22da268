import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(__dirname, "../..");

/** Settings of a systemd unit in order; one that is given several times has several values. */
export class Unit {
  private readonly settings: { section: string; key: string; value: string }[] = [];

  constructor(text: string) {
    let section = "";
    for (const line of text.replace(/\\\n\s*/g, " ").split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      const header = /^\[(\w+)\]$/.exec(line);
      if (header !== null) section = header[1]!;
      else {
        const [, key, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
        if (key === undefined) throw new Error(`Not a setting: ${line}`);
        this.settings.push({ section, key, value: value! });
      }
    }
  }

  all(section: string, key: string): string[] {
    return this.settings.filter((s) => s.section === section && s.key === key).map((s) => s.value);
  }

  one(section: string, key: string): string {
    const values = this.all(section, key);
    if (values.length !== 1) throw new Error(`${section}.${key} is given ${values.length} times`);
    return values[0]!;
  }

  sections(): string[] {
    return [...new Set(this.settings.map((s) => s.section))];
  }
}

export function readUnit(): Unit {
  return new Unit(readFileSync(join(ROOT, "deploy/systemd/trailtag.service"), "utf8"));
}
