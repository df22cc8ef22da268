import { parseArgs } from "node:util";
import { LocalOpenSearchUnavailable, startLocalOpenSearch } from "./local-opensearch.js";
import { stopSignal } from "./stop-signal.js";

const USAGE = "Usage: npm run opensearch -- [--port N] [--data DIR]   (N from 9200 to 9299)";

/** Runs just the local OpenSearch until it is told to stop. stdout gets one line, the URL, once it answers. */
async function main(): Promise<number> {
  let flags: { port?: string; data?: string };
  try {
    flags = parseArgs({ options: { port: { type: "string" }, data: { type: "string" } } }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    return 64;
  }
  if (flags.port !== undefined && !/^\d+$/.test(flags.port)) {
    process.stderr.write(`--port takes a number, not "${flags.port}".\n${USAGE}\n`);
    return 64;
  }
  const stopping = new AbortController();
  const asked = stopSignal().then(() => {
    process.stderr.write("Stopping.\n");
    stopping.abort();
    return "asked" as const;
  });
  try {
    const opensearch = await startLocalOpenSearch({
      ...(flags.port === undefined ? {} : { port: Number(flags.port) }),
      ...(flags.data === undefined ? {} : { dataDir: flags.data }),
      signal: stopping.signal,
      log: (line) => process.stderr.write(`${line}\n`),
    });
    process.stdout.write(`${opensearch.url}\n`);
    const keepAlive = setInterval(() => undefined, 60_000);
    const end = await Promise.race([asked, opensearch.exited.then(() => "exited" as const)]);
    clearInterval(keepAlive);
    await opensearch.stop();
    if (end === "asked") return 0;
    process.stderr.write("OpenSearch ended by itself.\n");
    return 69;
  } catch (error) {
    if (stopping.signal.aborted) return 130;
    if (!(error instanceof LocalOpenSearchUnavailable)) throw error;
    process.stderr.write(`${error.message}.\nTo mend it: ${error.hint}.\n`);
    return 69;
  }
}

process.exitCode = await main();
