import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOfSecret } from "../../src/auth/api-key.js";
import { loadCredentials } from "../../src/auth/load-credentials.js";
import { matchesPassword } from "../../src/auth/password-hash.js";
import { packageRoot } from "../../src/lib/package-root.js";

/** The command as it is installed: the build, not the source. */
const MAIN = join(packageRoot, "dist/src/cli/main.js");
const PASSWORD = "correct horse battery";

const dir = mkdtempSync(join(tmpdir(), "trailtag-auth-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function auth(args: readonly string[], input = "") {
  const run = spawnSync(process.execPath, [MAIN, "auth", ...args], {
    encoding: "utf8",
    input,
    timeout: 30_000,
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

describe("trailtag auth", () => {
  it("key: prints the token on stdout and the entry, without it, on stderr", () => {
    const { code, out, err } = auth([
      "key",
      "--id",
      "fluent-bit",
      "--scope",
      "ingest",
      "--expires",
      "2099-01-31",
    ]);
    expect(code).toBe(0);
    expect(out).toMatch(/^fluent-bit\.[\w-]{43}\n$/);
    const secret = out.trim().slice("fluent-bit.".length);
    expect(err).toBe(
      `keys:\n  - id: fluent-bit\n    hash: sha256:${digestOfSecret(secret).toString("hex")}\n    scopes:\n      - ingest\n    expires: 2099-01-31\n`,
    );
  });

  it("adds to a file, which keeps its comments, its mode and its place behind a link", async () => {
    const file = join(dir, "credentials.yaml");
    const link = join(dir, "link.yaml");
    writeFileSync(
      file,
      "# Who may do what\nkeys:\n  # of the collectors\n  - {id: a, hash: 'sha256:" +
        "0".repeat(64) +
        "', scopes: [ingest]}\n",
    );
    chmodSync(file, 0o640);
    symlinkSync(file, link);
    expect(auth(["key", "--id", "b", "--scope", "read", "--scope", "admin", "--append", link]).code).toBe(0);
    expect(
      auth(["user", "--name", "maya", "--scope", "triage", "--append", link], `${PASSWORD}\n`),
    ).toMatchObject({
      code: 0,
      out: "",
    });
    const text = readFileSync(file, "utf8");
    expect(text).toContain("# Who may do what");
    expect(text).toContain("# of the collectors");
    expect([statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([0o640, true]);
    const { credentials, diagnostics } = loadCredentials(file, Date.now());
    expect(diagnostics).toEqual([]);
    expect([...credentials.keys.keys()]).toEqual(["a", "b"]);
    expect(await matchesPassword(PASSWORD, credentials.users.get("maya")!.hash)).toBe(true);
    expect(auth(["check", file])).toMatchObject({
      code: 0,
      out: "a: ingest\nb: read, admin\nmaya: triage\n",
    });
  });

  it("makes the file for its owner alone, and leaves one alone that is wrong or has the id", () => {
    const file = join(dir, "new.yaml");
    expect(auth(["key", "--id", "a", "--scope", "ingest", "--append", file]).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, "utf8");
    const again = auth(["key", "--id", "a", "--scope", "ingest", "--append", file]);
    expect([again.code, again.out]).toEqual([78, ""]);
    expect(again.err).toContain("credentials-duplicate a is there twice");
    expect(readFileSync(file, "utf8")).toBe(before);
    writeFileSync(file, "keys: nonsense\n");
    expect(auth(["key", "--id", "b", "--scope", "ingest", "--append", file]).code).toBe(78);
    expect(
      auth(["key", "--id", "b", "--scope", "ingest", "--append", join(dir, "no/such/folder")]).code,
    ).toBe(69);
  });

  it("check: tells what is wrong, where, and what has expired", () => {
    const file = join(dir, "wrong.yaml");
    writeFileSync(file, "keys:\n  - id: a\n    hsh: x\n    scopes: [reed]\n");
    const { code, out } = auth(["check", file]);
    expect(code).toBe(78);
    expect(out).toContain(`${file}:3:5 error credentials-unknown-key`);
    expect(out).toContain('Did you mean "read"?');
    writeFileSync(
      file,
      `keys: [{id: a, hash: 'sha256:${"0".repeat(64)}', scopes: [read], expires: 2020-01-01}]\n`,
    );
    expect(auth(["check", file])).toMatchObject({
      code: 1,
      out: expect.stringContaining("warning credentials-expired"),
    });
  });

  it.each([
    [[], /takes key, user or check/],
    [["chek"], /Did you mean "check"/],
    [["key"], /--id is up to/],
    [["key", "--id", "a:b", "--scope", "read"], /--id is up to/],
    [["key", "--id", "a"], /--scope is one of/],
    [["key", "--id", "a", "--scope", "ingst"], /Did you mean "ingest"/],
    [["key", "--id", "a", "--scope", "read", "--expires", "soon"], /--expires is a date/],
    [["key", "--id", "a", "--scope", "read", "--expires", "2020-01-01"], /in the past/],
    [["user", "--name", "a:b", "--scope", "read"], /without a colon/],
    [["user", "--name", "a", "--scope", "read"], /A password has 12 to 1024 characters/],
    [["user", "--name", "a", "--scope", "read", "s3cret-word"], /takes flags only\.$/],
    [["user", "--name", "a", "--password", "s3cret-word"], /There is no flag --password/],
    [["check"], /takes one file/],
  ])("ends with 64 for %j", (args, message) => {
    const { code, out, err } = auth(args);
    expect([code, out]).toEqual([64, ""]);
    expect(err.trim()).toMatch(message);
    expect(err).not.toContain("s3cret-word");
  });
});
