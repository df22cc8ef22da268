import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { findJava } from "../../dev/java.js";
import { OPENSEARCH_ROOT } from "../../dev/local-opensearch.js";
import { findMaven, jarFolder } from "../../dev/maven.js";
import { hasSecuredOpenSearch } from "../../dev/security/secured-opensearch.js";
import { packageRoot } from "../../src/lib/package-root.js";

/** A part outside npm that some suites need. */
export interface Part {
  readonly title: string;
  readonly install: string;
  /** Undefined when the part is there, else a sentence why not. */
  missing(): string | undefined;
}

/** One line of the file that tells the reporter what was skipped. */
export interface SkippedSuite {
  readonly suite: string;
  readonly part: string;
  readonly why: string;
  readonly install: string;
}

export const PARTS = {
  opensearch: {
    title: "OpenSearch",
    install:
      process.env["TRAILTAG_TEST_OPENSEARCH_HINT"] ??
      "install a JDK 21 or later and Maven, or set TRAILTAG_TEST_OPENSEARCH_URL to a cluster that tests may write to",
    missing: () => {
      if ((process.env["TRAILTAG_TEST_OPENSEARCH_URL"] ?? "") !== "") return undefined;
      return process.env["TRAILTAG_TEST_OPENSEARCH_MISSING"] ?? "no OpenSearch was started for the tests";
    },
  },
  "local-opensearch": {
    title: "a local OpenSearch that tests may stop",
    install: "install a JDK 21 or later and Maven",
    missing: () => {
      if (findJava() === undefined) return "no Java 21 or later was found";
      return findMaven() === undefined && !existsSync(jarFolder(OPENSEARCH_ROOT))
        ? "Maven is not installed"
        : undefined;
    },
  },
  "security-plugin": {
    title: "an OpenSearch with its security plugin",
    install: "install a JDK 21 or later, Maven and openssl",
    missing: () => {
      if (findJava() === undefined) return "no Java 21 or later was found";
      if (!hasCommand("openssl")) return "openssl is not installed";
      return findMaven() === undefined && !hasSecuredOpenSearch() ? "Maven is not installed" : undefined;
    },
  },
  rsyslog: {
    title: "rsyslog with omelasticsearch",
    install: "apt-get install rsyslog rsyslog-elasticsearch",
    missing: () => {
      if (!hasCommand("rsyslogd")) return "rsyslogd is not installed";
      return rsyslogModule("omelasticsearch") === undefined
        ? "rsyslogd is there, its omelasticsearch module is not"
        : undefined;
    },
  },
  "syslog-ng": {
    title: "syslog-ng with http()",
    install: "dev/unpack-syslog-ng.sh (Debian and Ubuntu; it leaves rsyslog in place)",
    missing: () => (syslogNg() === undefined ? "it is not in data/syslog-ng" : undefined),
  },
  openssl: {
    title: "openssl, which makes certificates",
    install: "apt-get install openssl",
    missing: () => (hasCommand("openssl") ? undefined : "openssl is not installed"),
  },
  "docs-commands": {
    title: "bash, curl and jq, which the docs use",
    install: "apt-get install curl jq",
    missing: () => {
      const absent = ["bash", "curl", "jq"].filter((name) => !hasCommand(name));
      return absent.length === 0 ? undefined : `not installed: ${absent.join(", ")}`;
    },
  },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;

/** Registers a suite that runs only where a part is there; under CI=true a missing part is a failed test. */
export function describeWith(name: PartName, suite: string, body: () => void): void {
  const part: Part = PARTS[name];
  const why = part.missing();
  if (why === undefined) {
    describe(suite, body);
    return;
  }
  if (process.env["CI"] === "true") {
    describe(suite, () => {
      it(`has ${part.title}`, () => {
        throw new Error(`${part.title} is missing: ${why}. To run this suite: ${part.install}.`);
      });
    });
    return;
  }
  noteSkipped({ suite, part: part.title, why, install: part.install });
  describe.skip(suite, () => {
    // The body is not run: it may ask for the part while it registers its tests.
    it(`needs ${part.title}`, () => undefined);
  });
}

function noteSkipped(skipped: SkippedSuite): void {
  const folder = process.env["TRAILTAG_TEST_RUN_DIR"];
  if (folder !== undefined) appendFileSync(join(folder, "skipped.ndjson"), `${JSON.stringify(skipped)}\n`);
}

/** Daemons live in sbin folders that a user's PATH may lack. */
export function hasCommand(command: string): boolean {
  return commandPath(command) !== undefined;
}

export function commandPath(command: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/local/sbin"];
  return folders
    .filter((f) => f !== "")
    .map((f) => join(f, command))
    .find((f) => existsSync(f));
}

/** The unpacked syslog-ng: how to run it. */
export function syslogNg():
  | { readonly command: string; readonly modules: string; readonly env: Readonly<Record<string, string>> }
  | undefined {
  const root = join(packageRoot, "data/syslog-ng");
  const command = join(root, "usr/sbin/syslog-ng");
  const versions = join(root, "usr/lib/syslog-ng");
  if (!existsSync(command) || !existsSync(versions)) return undefined;
  const modules = readdirSync(versions)
    .map((version) => join(versions, version))
    .find((folder) => existsSync(join(folder, "libhttp.so")));
  if (modules === undefined) return undefined;
  const libraries = multiarch().flatMap((m) => [join(root, "usr/lib", m), join(root, "lib", m)]);
  return { command, modules, env: { LD_LIBRARY_PATH: [...libraries, versions].join(":") } };
}

function rsyslogModule(module: string): string | undefined {
  const folders = [
    "/usr/lib/rsyslog",
    "/usr/lib64/rsyslog",
    ...multiarch().map((m) => `/usr/lib/${m}/rsyslog`),
  ];
  return folders.map((f) => join(f, `${module}.so`)).find((f) => existsSync(f));
}

function multiarch(): string[] {
  try {
    const out = execFileSync("dpkg-architecture", ["-qDEB_HOST_MULTIARCH"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    return [out.toString().trim()];
  } catch {
    return ["x86_64-linux-gnu", "aarch64-linux-gnu"];
  }
}
