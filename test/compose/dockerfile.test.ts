import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.js";
import { readCompose, ROOT } from "./read-compose.js";

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Instructions with continued lines joined, comments left out. */
function readDockerfile(): Instruction[] {
  const text = readFileSync(join(ROOT, "Dockerfile"), "utf8");
  return text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ name: line.slice(0, line.indexOf(" ")), rest: line.slice(line.indexOf(" ") + 1) }));
}

const instructions = readDockerfile();
const last = instructions.map((each) => each.name).lastIndexOf("FROM");
const build = instructions.slice(0, last);
const final = instructions.slice(last);
const packageJson = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const ignored = readFileSync(join(ROOT, ".dockerignore"), "utf8").split("\n");

const rest = (of: readonly Instruction[], name: string): string[] =>
  of.filter((each) => each.name === name).map((each) => each.rest);
/** Sources of the COPY lines that read from the repository. */
const copied = (of: readonly Instruction[]): string[] =>
  rest(of, "COPY")
    .filter((line) => !line.startsWith("--from="))
    .flatMap((line) => line.split(" ").slice(0, -1));

test("both stages are on one pinned image, of a Node that the package takes", () => {
  const images = rest(instructions, "FROM").map((line) => line.split(" ")[0]);
  expect(new Set(images).size).toBe(1);
  const version = /^node:(\d+)\.\d+\.\d+-bookworm-slim$/.exec(images[0]!);
  const least = /^>=(\d+)/.exec(packageJson.engines.node);
  expect(Number(version![1])).toBeGreaterThanOrEqual(Number(least![1]));
});

test("what is copied exists and is let through by .dockerignore, which lets nothing else through", () => {
  expect(ignored).toContain("*");
  const through = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  expect(through.sort()).toEqual([...new Set(copied(instructions))].sort());
  for (const source of through) expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
});

test("the build has what `npm run build` reads", () => {
  const { scripts } = packageJson;
  expect(scripts.build).toBe("tsc -p tsconfig.build.json");
  expect(copied(build)).toEqual(
    expect.arrayContaining([
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "tsconfig.build.json",
      "src",
    ]),
  );
  expect(rest(build, "RUN").join("\n")).toMatch(
    /npm ci --ignore-scripts[\s\S]*npm run build && npm prune --omit=dev/,
  );
});

test("the image has what TrailTag reads beside its code", () => {
  // src/lib/package-root.ts: package.json, rules/, mappings/, dashboards/.
  expect(copied(final)).toEqual(expect.arrayContaining(["package.json", "rules", "mappings", "dashboards"]));
  const built = rest(final, "COPY").filter((line) => line.startsWith("--from=build"));
  expect(built.map((line) => line.split(" ")[1])).toEqual(["/app/node_modules", "/app/dist"]);
  expect(rest(final, "WORKDIR")).toEqual(["/app"]);
});

test("it runs the package's command, as another user than root", () => {
  const users = rest(final, "USER");
  expect(users).toEqual(["node"]);
  expect(final.findIndex((each) => each.name === "USER")).toBeLessThan(
    final.findIndex((each) => each.name === "ENTRYPOINT"),
  );
  expect(JSON.parse(rest(final, "ENTRYPOINT")[0]!)).toEqual(["node", `/app/${packageJson.bin.trailtag}`]);
  expect(JSON.parse(rest(final, "CMD")[0]!)).toEqual(["serve"]);
});

test("the folder that it writes to is a volume of that user's, the one that Compose mounts", () => {
  expect(rest(final, "VOLUME")).toEqual(["/data"]);
  // Relative folders, as spool.dir and store.dir are by default, are below /app.
  expect(rest(final, "RUN")).toEqual(["mkdir /data && chown node:node /data && ln -s /data /app/data"]);
  const { spool, store } = loadConfig({ files: [], env: {}, flags: { store: { kind: "files" } } });
  for (const { dir } of [spool, store]) expect(dir).toMatch(/^data\//);
  expect(readCompose().services["trailtag"]!.volumes).toContain("trailtag-data:/data");
});

test("its health check is Compose's", () => {
  const line = rest(final, "HEALTHCHECK")[0]!;
  const [, ...command] = readCompose().services["trailtag"]!.healthcheck!.test!;
  expect(JSON.parse(line.slice(line.indexOf("[")))).toEqual(command);
});
