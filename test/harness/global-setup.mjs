// Runs once before all suites. Plain JavaScript on the built dist/dev: Jest resolves no `.js`-suffixed
// TypeScript imports here.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
const built = join(root, "dist/dev/local-opensearch.js");
const dataRoot = join(root, "data/test-opensearch");

export default async function setUp(globalConfig) {
  process.env.TRAILTAG_TEST_RUN_DIR = mkdtempSync(join(tmpdir(), "trailtag-tests-"));
  const given = process.env.TRAILTAG_TEST_OPENSEARCH_URL ?? "";
  if (given !== "") {
    await check(given);
    return;
  }
  if (process.env.TRAILTAG_TEST_OPENSEARCH === "off") {
    process.env.TRAILTAG_TEST_OPENSEARCH_MISSING = "TRAILTAG_TEST_OPENSEARCH=off was set";
    return;
  }
  // Java is not started for suites that have no use for it.
  if (!selectedFiles(globalConfig).some(needsOpenSearch)) return;
  await start();
}

async function start() {
  if (!existsSync(built)) {
    process.env.TRAILTAG_TEST_OPENSEARCH_MISSING = "the project is not built";
    process.env.TRAILTAG_TEST_OPENSEARCH_HINT = "run `npm run build`";
    return;
  }
  const { startLocalOpenSearch, LocalOpenSearchUnavailable } = await import(built);
  mkdirSync(dataRoot, { recursive: true });
  removeLeftovers();
  const dataDir = join(dataRoot, `run-${process.pid}`);
  try {
    // Above 9240, away from the port that `npm start` takes first.
    const opensearch = await startLocalOpenSearch({ dataDir, firstPort: 9240, log: talk });
    process.env.TRAILTAG_TEST_OPENSEARCH_URL = opensearch.url;
    globalThis.trailtagStopTests = async () => {
      await opensearch.stop();
      rmSync(dataDir, { recursive: true, force: true });
    };
  } catch (error) {
    if (!(error instanceof LocalOpenSearchUnavailable)) throw error;
    process.env.TRAILTAG_TEST_OPENSEARCH_MISSING = error.message;
    process.env.TRAILTAG_TEST_OPENSEARCH_HINT = error.hint;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function talk(line) {
  process.stderr.write(`${line}\n`);
}

/** A run that was killed leaves its data behind. */
function removeLeftovers() {
  for (const name of readdirSync(dataRoot)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !lives(Number(pid)))
      rmSync(join(dataRoot, name), { recursive: true, force: true });
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function check(url) {
  let why;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return;
    why = `it answered ${answer.status}`;
  } catch (error) {
    why = error.cause?.message ?? error.message;
  }
  throw new Error(`TRAILTAG_TEST_OPENSEARCH_URL is set to ${url}, but no OpenSearch answers there: ${why}`);
}

function selectedFiles(globalConfig) {
  const patterns = globalConfig.testPathPatterns?.patterns ?? globalConfig.nonFlagArgs ?? [];
  const all = readdirSync(join(root, "test"), { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(root, "test", name));
  if (patterns.length === 0) return all;
  // A pattern that is no regular expression of ours to judge selects everything.
  return all.filter((file) => patterns.some((pattern) => safeTest(pattern.replace(/^\.\//, ""), file)));
}

function safeTest(pattern, text) {
  try {
    return new RegExp(pattern, "i").test(text);
  } catch {
    return true;
  }
}

function needsOpenSearch(file) {
  return readFileSync(file, "utf8").includes("harness/opensearch");
}
