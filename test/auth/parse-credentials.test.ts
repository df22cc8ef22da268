import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadCredentials } from "../../src/auth/load-credentials.js";
import { parseCredentials } from "../../src/auth/parse-credentials.js";
import { formatDiagnostic } from "../../src/lib/diagnostics.js";

const NOW = Date.UTC(2026, 10, 23);
const HASH = `sha256:${"ab".repeat(32)}`;
const SCRYPT = `$scrypt$ln=15,r=8,p=1$${"A".repeat(22)}$${"B".repeat(43)}`;

function problems(text: string): string[] {
  return parseCredentials(text, "c.yaml", NOW).diagnostics.map(formatDiagnostic);
}

describe("parseCredentials", () => {
  it("reads keys, users and certificates", () => {
    const { credentials, diagnostics } = parseCredentials(
      `keys:
  - { id: a.b, hash: "${HASH}", scopes: [ingest, read], expires: 2027-01-31 }
users:
  - { name: maya, hash: ${SCRYPT.replaceAll(",", "\\,")}, scopes: [triage] }
certificates:
  - { name: c1, san: "DNS:A.Example", scopes: [ingest] }
  - { name: c2, fingerprint_sha256: "${"ab:".repeat(31)}ab", scopes: [ingest] }
  - { name: c3, subject_cn: collector, scopes: [ingest] }
`.replace(/hash: \$scrypt[^}]*?, scopes/, `hash: "${SCRYPT}", scopes`),
      "c.yaml",
      NOW,
    );
    expect(diagnostics).toEqual([]);
    expect(credentials.keys.get("a.b")).toMatchObject({
      scopes: new Set(["ingest", "read"]),
      expires: Date.UTC(2027, 1, 1),
    });
    expect(credentials.users.get("maya")?.hash.cost).toEqual({ ln: 15, r: 8, p: 1 });
    expect(credentials.certificates.map(({ by, value }) => [by, value])).toEqual([
      ["san", "DNS:a.example"],
      ["fingerprint_sha256", Array.from({ length: 32 }, () => "AB").join(":")],
      ["subject_cn", "collector"],
    ]);
  });

  it.each([
    ["keys: {}", /^c\.yaml:1:7 error credentials-invalid keys must be a list/],
    ["- a", /^c\.yaml:1:1 error credentials-invalid The credentials file must be a mapping/],
    ["kees: []", /^c\.yaml:1:1 error credentials-unknown-key .*Did you mean "keys"/],
    [`keys:\n  - id: a\n    hsh: x\n    scopes: [read]`, /:3:5 error credentials-unknown-key .*"hash"/],
    [`keys:\n  - id: a b\n    hash: ${HASH}\n    scopes: [read]`, /^c\.yaml:2:9 error .*id is up to 64/],
    [`keys:\n  - id: a\n    hash: ${HASH}\n    scopes: [reed]`, /:4:14 error .*no such scope.*"read"/],
    [`keys:\n  - id: a\n    hash: ${HASH}\n    scopes: []`, /:4:13 error .*scopes is a list/],
    [`keys:\n  - id: a\n    hash: ${HASH}\n    scopes: [read, read]`, /:4:20 error .*read is there twice/],
    [`keys:\n  - id: a\n    hash: ${HASH}`, /^c\.yaml:2:5 error .*scopes is a list/],
    [`keys:\n  - id: a\n    scopes: [read]`, /^c\.yaml:2:5 error .*hash is sha256:/],
    [`keys:\n  - {id: a, hash: "${HASH}", scopes: [read], expires: soon}`, /expires is no date/],
    [
      `keys:\n  - {id: a, hash: "${HASH}", scopes: [read], expires: 2020-01-01}`,
      /warning credentials-expired/,
    ],
    [`users:\n  - {name: "a:b", hash: "${SCRYPT}", scopes: [read]}`, /no colon/],
    [`users:\n  - {name: a, hash: "${SCRYPT.replace("15", "10")}", scopes: [read]}`, /costs less than/],
    [`users:\n  - {name: a, hash: "${SCRYPT.replace("15", "20")}", scopes: [read]}`, /more than 64 MiB/],
    [`certificates:\n  - {name: a, scopes: [read]}`, /known by one of/],
    [`certificates:\n  - {name: a, subject_cn: a, san: "DNS:a", scopes: [read]}`, /known by one of/],
    [
      `certificates:\n  - {name: a, san: a.example, scopes: [read]}`,
      /san is a subject alternative name with/,
    ],
    [`certificates:\n  - {name: a, fingerprint_sha256: abc, scopes: [read]}`, /32 bytes/],
    ["keys: [", /error credentials-syntax/],
    ["keys: []\nkeys: []", /error credentials-syntax/],
  ])("says what is wrong with %j", (text, expected) => {
    expect(problems(text).join("\n")).toMatch(expected);
  });

  it("tells entries that are there twice", () => {
    const entry = `  - {id: a, hash: "${HASH}", scopes: [read]}\n`;
    expect(problems(`keys:\n${entry}${entry}`)).toEqual([
      expect.stringContaining(":3:5 error credentials-duplicate a"),
    ]);
  });

  it.each([
    "keys:\n  - {id: a, hash: s3cret-word, scopes: [read]}",
    "users:\n  - {name: a, hash: s3cret-word, scopes: [read]}",
    "keys:\n  - {id: a, hash: *s3cret-word, scopes: [s3cret-word], expires: s3cret-word}",
    "keys:\n  - {id: 's3cret-word is no id', s3cret-word: 1}",
    'keys: "s3cret-word\\q"',
    "s3cret-word: }s3cret-word\n]",
    "keys: !s3cret-word [s3cret-word",
    "certificates:\n  - {name: a, san: s3cret-word, scopes: [read]}",
  ])("refuses a secret where its hash belongs, and never quotes it: %j", (text) => {
    const found = problems(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join("\n")).not.toContain("s3cret-word");
  });
});

describe("loadCredentials", () => {
  const example = join(__dirname, "../../examples/credentials.yaml");

  it("takes the example, for each mode", () => {
    for (const mode of ["api_key", "basic", "mtls"] as const) {
      expect(loadCredentials(example, NOW, mode).diagnostics).toEqual([]);
    }
  });

  it("refuses a file that lets nobody in, is not there or is no text", () => {
    const codes = (file: string) => loadCredentials(file, NOW, "basic").diagnostics.map(({ code }) => code);
    expect(codes("/nowhere.yaml")).toEqual(["credentials-unreadable"]);
    expect(codes("/dev/null")).toEqual(["credentials-none"]);
    expect(codes(process.execPath)).toEqual(["credentials-unreadable"]);
  });

  it("holds what the page shows", () => {
    const page = readFileSync(join(__dirname, "../../docs/authentication.md"), "utf8");
    const yaml = /```yaml\n([^]*?)```/.exec(page)?.[1] ?? "";
    expect(problems(yaml)).toEqual([]);
    expect(yaml).toContain("certificates:");
  });
});
