import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/lib/package-root.js";

/** A run of Jest within Jest, on the harness's own suite, with OpenSearch turned off. */
function run(ci: boolean): { status: number | null; output: string } {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CI: ci ? "true" : "false",
    TRAILTAG_TEST_OPENSEARCH: "off",
  };
  delete env["TRAILTAG_TEST_OPENSEARCH_URL"];
  delete env["TRAILTAG_TEST_TALLY_FILE"];
  const jest = join(packageRoot, "node_modules/jest/bin/jest.js");
  const child = spawnSync(process.execPath, [jest, "--runInBand", "test/dev/harness.test.ts"], {
    cwd: packageRoot,
    env,
    encoding: "utf8",
  });
  return { status: child.status, output: child.stderr };
}

describe("a part that is missing", () => {
  it("skips its suites and names them in the last lines, with what to install", () => {
    const { status, output } = run(false);
    expect(status).toBe(0);
    expect(output.trimEnd().split("\n").slice(-3)).toEqual([
      "Skipped for want of OpenSearch (TRAILTAG_TEST_OPENSEARCH=off was set):",
      "  - the harness with OpenSearch",
      expect.stringMatching(/^ {2}To run them: install a JDK 21 or later and Maven/),
    ]);
  }, 60_000);

  it("fails under CI=true", () => {
    const { status, output } = run(true);
    expect(status).toBe(1);
    expect(output).toContain("OpenSearch is missing: TRAILTAG_TEST_OPENSEARCH=off was set.");
    expect(output).not.toContain("Skipped for want of");
  }, 60_000);
});
