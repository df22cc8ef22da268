import { spawn, type ChildProcess } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:https";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageRoot } from "../../src/lib/package-root.js";
import { findFreePort } from "../free-port.js";
import { findJava, MINIMUM_JAVA } from "../java.js";
import { LocalOpenSearchUnavailable } from "../local-opensearch-unavailable.js";
import { FIRST_PORT, LAST_PORT, OPENSEARCH_ROOT } from "../local-opensearch.js";
import { fetchJars, jarFolder, lastLines } from "../maven.js";
import { portTaken } from "../opensearch-process.js";
import { startWatchdog } from "../watchdog.js";
import { createCertificates } from "./certificates.js";
import { securityFiles, SETTINGS } from "./security-files.js";

const POM = join(packageRoot, "dev/security/pom.xml");
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;

export interface SecuredOpenSearchOptions {
  /** Where its data, settings and certificates go. */
  readonly dataDir: string;
  readonly firstPort?: number;
  /** The plugin's `roles.yml` and `roles_mapping.yml`. */
  readonly roles: string;
  readonly rolesMapping: string;
  /** Common names of client certificates to make, beside that of the administrator. */
  readonly clients: readonly string[];
  readonly log?: (line: string) => void;
}

export interface SecuredOpenSearch {
  /** `https://127.0.0.1:…` */
  readonly url: string;
  /** Holds `ca.pem`, and `<name>.pem` with `<name>.key` for each client. */
  readonly certificates: string;
  /** Asks with the administrator's certificate, past every role. `body` is sent as JSON. */
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
}

/** Whether the jars were fetched already. */
export function hasSecuredOpenSearch(): boolean {
  try {
    return readdirSync(jarFolder(OPENSEARCH_ROOT, POM)).includes("plugin");
  } catch {
    return false;
  }
}

/**
 * Starts an OpenSearch with the real security plugin on 127.0.0.1, over TLS, with basic authentication and client
 * certificates. It is the version that the plugin is published for, not that of the other local OpenSearch.
 * @throws LocalOpenSearchUnavailable
 */
export async function startSecuredOpenSearch(options: SecuredOpenSearchOptions): Promise<SecuredOpenSearch> {
  const java = findJava();
  if (java === undefined) {
    throw new LocalOpenSearchUnavailable("java", `No Java ${MINIMUM_JAVA} was found`, "install a JDK");
  }
  const jars = await fetchJars(OPENSEARCH_ROOT, java, options.log ?? (() => undefined), undefined, POM);
  const port = await findFreePort(options.firstPort ?? FIRST_PORT, LAST_PORT);
  if (port === undefined) throw portTaken(options.firstPort ?? FIRST_PORT);
  const certificates = writeSettings(options);
  const logFile = join(options.dataDir, "opensearch.log");
  const output = openSync(logFile, "w");
  const child = spawn(
    java.path,
    [
      ...["-Xmx768m", "-cp", classPath(jars), "org.codelibs.opensearch.runner.OpenSearchRunner"],
      ...["-basePath", options.dataDir, "-clusterName", "trailtag-secured", "-numOfNode", "1"],
      ...["-pluginTypes", "org.opensearch.security.OpenSearchSecurityPlugin"],
      // The runner counts its nodes from one and adds that number.
      ...["-baseHttpPort", String(port - 1)],
    ],
    { stdio: ["ignore", output, output], detached: true, cwd: options.dataDir },
  );
  closeSync(output);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const watchdog = child.pid === undefined ? undefined : startWatchdog(child.pid);
  void exited.then(() => watchdog?.kill("SIGKILL"));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(killer);
  };
  const admin = adminOf(port, certificates);
  try {
    await untilReady(child, admin, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `https://127.0.0.1:${port}`, certificates, admin, stop };
}

/** All jars once: both sets hold some of the same, and one class path takes the first of a name. */
function classPath(jars: string): string {
  const own = jarsIn(jars);
  const names = new Set(own.map(artifact));
  const plugin = jarsIn(join(jars, "plugin")).filter((path) => !names.has(artifact(path)));
  return [...own, ...plugin].join(delimiter);
}

function jarsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jar"))
    .map((name) => join(folder, name));
}

function artifact(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/-\d[^-]*([-.][A-Za-z].*)?\.jar$/, "");
}

/** @returns the folder with the certificates. */
function writeSettings({ dataDir, roles, rolesMapping, clients }: SecuredOpenSearchOptions): string {
  const config = join(dataDir, "node_1/config");
  const security = join(config, "opensearch-security");
  mkdirSync(security, { recursive: true });
  createCertificates(config, ["node", "admin", ...clients]);
  writeFileSync(join(config, "opensearch.yml"), SETTINGS);
  for (const [name, text] of Object.entries(securityFiles)) writeFileSync(join(security, name), text);
  copyFileSync(roles, join(security, "roles.yml"));
  copyFileSync(rolesMapping, join(security, "roles_mapping.yml"));
  return config;
}

function adminOf(port: number, certificates: string): SecuredOpenSearch["admin"] {
  const read = (name: string) => readFileSync(join(certificates, name));
  const tls = { ca: read("ca.pem"), cert: read("admin.pem"), key: read("admin.key") };
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json" };
      const asked = request({ ...tls, host: "127.0.0.1", port, method, path, headers }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => (text += chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const json = text.startsWith("{") || text.startsWith("[");
          resolve({ status: answer.statusCode ?? 0, body: json ? (JSON.parse(text) as unknown) : text });
        });
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** Ready once the plugin has read its configuration: before that it answers 503 even to the administrator. */
async function untilReady(
  child: ChildProcess,
  admin: SecuredOpenSearch["admin"],
  logFile: string,
): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < end && child.exitCode === null && child.signalCode === null) {
    const answer = await admin("GET", "/_plugins/_security/api/internalusers").catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(200);
  }
  throw new LocalOpenSearchUnavailable(
    "start",
    `OpenSearch with its security plugin did not start; its last lines:\n${lastLines(readFileSync(logFile, "utf8"), 8)}`,
    `see ${logFile}`,
  );
}
