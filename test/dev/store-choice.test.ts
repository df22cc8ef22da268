import { join } from "node:path";
import { LocalOpenSearchUnavailable } from "../../dev/local-opensearch.js";
import { chooseStore } from "../../dev/store-choice.js";
import { packageRoot } from "../../src/lib/package-root.js";

describe("chooseStore", () => {
  // Injected in place of the local OpenSearch: this machine may well have Java.
  const unavailable = (): never => {
    throw new LocalOpenSearchUnavailable("java", "No Java was found", "install a JDK 21 or later");
  };
  const mayNotStart = (): never => {
    throw new Error("A local OpenSearch was started though another store was named.");
  };
  const saved = { ...process.env };
  beforeEach(() => {
    const kept = Object.entries(saved).filter(([name]) => !name.startsWith("TRAILTAG_"));
    process.env = Object.fromEntries(kept);
  });
  afterAll(() => {
    process.env = saved;
  });

  it("takes the cluster that a flag or the environment names, the flag first", async () => {
    process.env["TRAILTAG_OPENSEARCH__NODE"] = "https://logs.example:9200/";
    const say = jest.fn();
    expect(await chooseStore({}, say, mayNotStart)).toEqual({
      kind: "opensearch",
      url: "https://logs.example:9200",
    });
    expect(await chooseStore({ opensearch: "http://127.0.0.1:9" }, say, mayNotStart)).toEqual({
      kind: "opensearch",
      url: "http://127.0.0.1:9",
    });
    expect(say).not.toHaveBeenCalled();
  });

  it("takes files where they are asked for", async () => {
    const choice = await chooseStore({ store: "files", data: "/tmp/somewhere" }, jest.fn(), mayNotStart);
    expect(choice).toEqual({ kind: "files", dir: "/tmp/somewhere" });
  });

  it("falls back to files and says in one sentence why and what to install", async () => {
    const said: string[] = [];
    const choice = await chooseStore({}, (line) => said.push(line), unavailable);
    const dir = join(packageRoot, "data/store");
    expect(choice).toEqual({ kind: "files", dir });
    expect(said).toEqual([
      `There is no OpenSearch to write to (No Java was found), so events and alerts go to files in ${dir}. ` +
        "For OpenSearch: install a JDK 21 or later; or name a cluster with --opensearch URL.",
    ]);
  });
});
