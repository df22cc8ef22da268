import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const SRC = join(__dirname, "../src");

/** Which room may import which, besides itself. Arrows go one way; a new one is a decision, written here. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  event: ["lib"],
  decode: ["lib", "event"],
  rules: ["lib", "event"],
  match: ["lib", "event", "rules"],
  attack: ["lib", "rules"],
  enrich: ["lib", "event", "rules", "attack"],
  correlate: ["lib", "event", "rules", "enrich"],
  output: ["lib", "event", "enrich", "correlate"],
  spool: ["lib", "enrich", "output"],
  auth: ["lib"],
  config: ["lib"],
  telemetry: ["lib"],
  pipeline: [
    "lib",
    "event",
    "decode",
    "rules",
    "match",
    "attack",
    "enrich",
    "correlate",
    "output",
    "spool",
    "config",
    "telemetry",
  ],
  http: ["lib", "event", "decode", "enrich", "output", "auth", "telemetry", "pipeline"],
  cli: ["lib", "rules", "match", "attack", "spool", "auth", "config", "telemetry", "pipeline", "http"],
};

/** Which room may use which package. A package that is not here is used by nobody. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@opensearch-project/opensearch": ["output"],
  express: ["http"],
  joi: ["config"],
  winston: ["telemetry"],
  "prom-client": ["telemetry"],
  yaml: ["auth", "config", "rules"],
  "smol-toml": ["rules"],
  re2js: ["lib"],
  fzstd: ["http"],
  snappyjs: ["http"],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

function importsOfSource(): Import[] {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(SRC, file), "utf8");
    return ts.preProcessFile(text).importedFiles.map(({ fileName }) => ({
      file,
      room: file.split("/")[0] ?? "",
      target: fileName,
    }));
  });
}

const IMPORTS = importsOfSource();

function roomOf(from: Import): string {
  return relative(SRC, resolve(join(SRC, dirname(from.file)), from.target)).split("/")[0] ?? "";
}

function wrongArrows(imports: readonly Import[]): string[] {
  return imports
    .filter((i) => i.target.startsWith("."))
    .filter((i) => roomOf(i) !== i.room && !(ROOMS[i.room] ?? []).includes(roomOf(i)))
    .map((i) => `${i.file} imports ${i.target}`);
}

function wrongPackages(imports: readonly Import[]): string[] {
  const builtin = new Set(builtinModules);
  return imports
    .filter((i) => !i.target.startsWith("."))
    .filter((i) => {
      if (i.target.startsWith("node:")) return !builtin.has(i.target.slice(5));
      const name = i.target
        .split("/")
        .slice(0, i.target.startsWith("@") ? 2 : 1)
        .join("/");
      return !(PACKAGES[name] ?? []).includes(i.room);
    })
    .map((i) => `${i.file} imports ${i.target}`);
}

describe("architecture", () => {
  it("finds the imports of the source", () => {
    expect(IMPORTS.length).toBeGreaterThan(100);
    expect(IMPORTS.map((i) => i.target)).toContain("express");
  });

  it("has no room that the table does not name", () => {
    const rooms = readdirSync(SRC, { withFileTypes: true });
    expect(rooms.filter((entry) => !entry.isDirectory()).map((entry) => entry.name)).toEqual([]);
    expect(rooms.map((entry) => entry.name).filter((name) => !Object.hasOwn(ROOMS, name))).toEqual([]);
  });

  it("has only arrows that the table allows", () => {
    expect(wrongArrows(IMPORTS)).toEqual([]);
  });

  it("uses each package only in the room it belongs to", () => {
    expect(wrongPackages(IMPORTS)).toEqual([]);
  });

  it("would notice a wrong arrow and a stray package", () => {
    expect(wrongArrows([{ file: "lib/json.ts", room: "lib", target: "../event/types.js" }])).toHaveLength(1);
    expect(wrongPackages([{ file: "event/ecs.ts", room: "event", target: "express" }])).toHaveLength(1);
  });

  it("names files in kebab-case and keeps them under 500 lines", () => {
    const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".ts"),
    );
    const names = files.map((file) => file.split("/").at(-1) ?? "");
    expect(names.filter((name) => !/^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(name))).toEqual([]);
    expect(names.filter((name) => /^(utils?|helpers?|.*-?manager|.*-?service)\.ts$/.test(name))).toEqual([]);
    // Data is as long as it is.
    const code = files.filter((file) => !file.includes("/data/"));
    const long = code.filter((file) => readFileSync(join(SRC, file), "utf8").split("\n").length > 500);
    expect(long).toEqual([]);
  });
});
