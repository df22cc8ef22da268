import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transformFileSync } from "@swc/core";

/** Compiles folders of this repository into `out`, with the same layout, so that a plain `node` can run them. */
export function compileForChild(root: string, folders: readonly string[], out: string): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "package.json"), '{"type":"module"}');
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder))) {
      if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
      const { code } = transformFileSync(join(root, folder, name), {
        swcrc: false,
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "es6" },
      });
      const target = join(out, folder, name.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
}
