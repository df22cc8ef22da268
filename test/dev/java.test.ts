import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findAllJava, findJava } from "../../dev/java.js";

describe("findJava", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "trailtag-java-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A JDK's folder as far as its version is concerned. */
  function jdk(name: string, version: string): string {
    const home = join(folder, name);
    mkdirSync(join(home, "bin"), { recursive: true });
    writeFileSync(join(home, "bin/java"), "");
    writeFileSync(join(home, "release"), `IMPLEMENTOR="Test"\nJAVA_VERSION="${version}"\n`);
    return home;
  }

  it("passes over an older JAVA_HOME and PATH for one that is new enough", () => {
    const [old, older, fit] = [jdk("a", "17.0.15"), jdk("b", "1.8.0_392"), jdk("c", "99.0.1")];
    const env = { JAVA_HOME: old, PATH: `${join(older, "bin")}:${join(fit, "bin")}` };
    expect(findJava(env)).toEqual({ path: join(fit, "bin/java"), version: 99 });
    expect(findAllJava(env).slice(0, 3)).toEqual([
      { path: join(old, "bin/java"), version: 17 },
      { path: join(older, "bin/java"), version: 8 },
      { path: join(fit, "bin/java"), version: 99 },
    ]);
  });

  it("finds one under the home folder's sdkman", () => {
    const home = jdk(".sdkman/candidates/java/77-tem", "77");
    expect(findAllJava({ HOME: folder })).toContainEqual({ path: join(home, "bin/java"), version: 77 });
  });

  it("asks a command that has no release file beside it, and leaves out one that does not run", () => {
    const commands = { asked: "#!/bin/sh\necho openjdk 88.0.2 2099-01-01\n", broken: "#!/bin/sh\nexit 1\n" };
    const paths = Object.entries(commands).map(([name, script]) => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, "java"), script);
      chmodSync(join(folder, name, "java"), 0o755);
      return join(folder, name);
    });
    const found = findAllJava({ PATH: paths.join(":") });
    expect(found[0]).toEqual({ path: join(folder, "asked/java"), version: 88 });
    expect(found.map((java) => java.path)).not.toContain(join(folder, "broken/java"));
  });
});
