import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, loadConfig } from "../../src/config/load.js";
import type { Diagnostic } from "../../src/lib/diagnostics.js";
import type { JsonObject } from "../../src/lib/json.js";

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "trailtag-config-")), "trailtag.yml");
  writeFileSync(path, text);
  return path;
}

function load(files: string[], env: Record<string, string> = {}, flags: JsonObject = {}) {
  return loadConfig({ files, env, flags });
}

function problems(run: () => unknown): readonly Diagnostic[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.diagnostics;
    throw error;
  }
  throw new Error("The configuration was taken.");
}

const NAMED = "opensearch:\n  node: http://127.0.0.1:9200\n";

describe("loadConfig", () => {
  it("has a default for everything but the store", () => {
    const config = load([file(NAMED)]);
    expect(config.http.listen).toEqual({ host: "127.0.0.1", port: 9280 });
    expect(config.store.kind).toBe("opensearch");
    expect(config.opensearch.index_prefix).toBe("cloudtrail");
    expect(config.limits.hold_ms).toBe(50_000);
    expect(config.rules).toEqual({ paths: [], bundled: true });
    expect(config.spool).toEqual({
      mode: "on",
      dir: "data/spool",
      max_bytes: 2_147_483_648,
      after_ms: 5_000,
      drain_on_stop_ms: 0,
    });
    expect([config.lists, config.exceptions]).toEqual([{ paths: [] }, { paths: [] }]);
  });

  it("lets flags win over the environment, and the environment over files, later files over earlier ones", () => {
    const first = file(`${NAMED}http:\n  listen: 127.0.0.1:1111\nlog:\n  level: warn\n  format: text\n`);
    const second = file("http:\n  listen: 127.0.0.1:2222\n");
    expect(load([first, second]).http.listen.port).toBe(2222);
    const env = { TRAILTAG_HTTP__LISTEN: "127.0.0.1:3333", TRAILTAG_LOG__LEVEL: "debug" };
    expect(load([first, second], env).http.listen.port).toBe(3333);
    const config = load([first, second], env, { http: { listen: "127.0.0.1:4444" } });
    expect(config.http.listen.port).toBe(4444);
    expect(config.log).toEqual({ level: "debug", format: "text" });
  });

  it("has a spool for OpenSearch alone", () => {
    const files = { store: { kind: "files" } };
    expect(load([], {}, files).spool.mode).toBe("off");
    expect(load([file(NAMED)], { TRAILTAG_SPOOL__MODE: "off" }).spool.mode).toBe("off");
    const [problem] = problems(() => load([], {}, { ...files, spool: { mode: "on" } }));
    expect(problem).toMatchObject({ code: "config-invalid", message: expect.stringMatching(/files store/) });
  });

  it("reads numbers, booleans and lists from the environment", () => {
    const config = load([file(NAMED)], {
      TRAILTAG_LIMITS__HOLD_MS: "1500",
      TRAILTAG_RULES__BUNDLED: "false",
      TRAILTAG_RULES__PATHS: "/a,/b",
      TRAILTAG_LISTS__PATHS: "/c",
      TRAILTAG_EXCEPTIONS__PATHS: "[/d, /e]",
    });
    expect(config.limits.hold_ms).toBe(1500);
    expect(config.rules).toEqual({ bundled: false, paths: ["/a", "/b"] });
    expect([config.lists, config.exceptions]).toEqual([{ paths: ["/c"] }, { paths: ["/d", "/e"] }]);
  });

  it("refuses an unknown key with its file, line and what was meant", () => {
    const path = file(`${NAMED}limits:\n  hold_ms: 100\n  max_body_byte: 100000\n`);
    const [problem] = problems(() => load([path]));
    expect(problem).toMatchObject({ code: "config-unknown-key", file: path, line: 5, column: 3 });
    expect(problem?.hint).toBe('Did you mean "limits.max_body_bytes"?');
  });

  it("tells every problem of one run", () => {
    const path = file(`${NAMED}limits:\n  hold_ms: soon\nlog:\n  level: loud\n`);
    const found = problems(() => load([path], { TRAILTAG_HTTP__COMPAT: "mongo" }));
    expect(found.map((d) => [d.code, d.file === path ? d.line : d.file])).toEqual(
      expect.arrayContaining([
        ["config-invalid", 4],
        ["config-invalid", 6],
        ["config-invalid", "environment variable TRAILTAG_HTTP__COMPAT"],
      ]),
    );
    expect(found).toHaveLength(3);
  });

  it("says where the YAML is broken, and which file is not there", () => {
    const broken = file("http:\n  listen: [\n");
    expect(problems(() => load([broken]))[0]).toMatchObject({ code: "config-syntax", file: broken });
    expect(problems(() => load(["/nowhere.yml"]))[0]).toMatchObject({ code: "config-unreadable" });
    expect(problems(() => load([file("- a\n- b\n")]))[0]).toMatchObject({ code: "config-syntax" });
  });

  it("refuses to start without a named store", () => {
    expect(problems(() => load([]))[0]?.message).toMatch(/nobody named/);
    expect(load([], {}, { store: { kind: "files" } }).store).toEqual({ kind: "files", dir: "data/store" });
    expect(problems(() => load([], {}, { store: { kind: "opensearch" } }))[0]?.message).toMatch(
      /opensearch\.node/,
    );
  });

  it.each(["0.0.0.0:9280", "[::]:9280", "10.1.2.3:80", "trailtag:9280"])(
    "refuses %s without auth.mode",
    (listen) => {
      const [problem] = problems(() => load([file(NAMED)], {}, { http: { listen } }));
      expect(problem?.message).toMatch(/would let anyone on the network write/);
      expect(load([file(NAMED)], {}, { http: { listen }, auth: { mode: "none" } }).auth.mode).toBe("none");
    },
  );

  it.each(["127.0.0.1:0", "127.8.8.8:80", "localhost:9280", "[::1]:9280"])(
    "listens on %s without auth",
    (listen) => {
      expect(load([file(NAMED)], {}, { http: { listen } }).auth.mode).toBeUndefined();
    },
  );

  it("reads the password from a file or from a variable, never from the configuration", () => {
    const secret = file("s3cret\n");
    const user = { node: "https://os:9200", username: "u" };
    expect(load([], {}, { opensearch: { ...user, password_file: secret } }).opensearch.password).toBe(
      "s3cret",
    );
    const fromEnv = load([], { OS_PW: "x" }, { opensearch: { ...user, password_env: "OS_PW" } });
    expect(fromEnv.opensearch.password).toBe("x");
    expect(problems(() => load([], {}, { opensearch: { ...user, password: "x" } }))[0]?.code).toBe(
      "config-unknown-key",
    );
    expect(
      problems(() => load([], {}, { opensearch: { ...user, password_env: "NOT_SET" } }))[0]?.message,
    ).toMatch(/NOT_SET/);
  });
});
