import type { Config } from "../../config/types.js";
import { EXIT } from "../../lib/errors.js";
import { SpoolUnusableError } from "../../pipeline/open-store.js";
import { createPipeline, type Pipeline } from "../../pipeline/pipeline.js";
import { createLog } from "../../telemetry/log.js";
import { createMetrics } from "../../telemetry/metrics.js";
import { readFlags, stringFlag, UsageError, type Values } from "../args.js";
import { CONFIG_OPTIONS, configFromFlags } from "../config-flags.js";
import { plural } from "../plural.js";

const DEFAULT_SECONDS = 600;
/** How often it is told what is left. */
const PROGRESS_MS = 5_000;

/** `trailtag spool drain`: carries what waits to OpenSearch, without listening for more. */
export async function drainSpool(args: readonly string[]): Promise<number> {
  const values = readFlags("spool drain", args, { ...CONFIG_OPTIONS, timeout: { type: "string" } });
  const deadline = Date.now() + timeoutSeconds(values) * 1000;
  const config = configFromFlags(values, process.env);
  if (config.store.kind === "files") throw new UsageError("The files store has no spool.");
  const pipeline = await open({ ...config, spool: { ...config.spool, mode: "on" } });
  if (pipeline === undefined) return EXIT.unavailable;
  const { dir } = config.spool;
  try {
    const before = documentsIn(pipeline);
    await pipeline.start();
    const left = await drain(pipeline, deadline);
    await pipeline.settle();
    process.stderr.write(`${plural(before - left, "event")} of ${before} left the spool in ${dir}.\n`);
    if (left === 0) return EXIT.ok;
    process.stderr.write(`${plural(left, "event")} still wait: ${pipeline.status().store.message}\n`);
    return EXIT.unavailable;
  } finally {
    await pipeline.close();
  }
}

async function open(config: Config): Promise<Pipeline | undefined> {
  const log = createLog({ ...config.log, level: "warn" });
  try {
    return await createPipeline({ config, log, metrics: createMetrics() });
  } catch (error) {
    if (!(error instanceof SpoolUnusableError)) throw error;
    process.stderr.write(`${error.message} A service that runs empties its spool itself.\n`);
    return undefined;
  }
}

async function drain(pipeline: Pipeline, deadline: number): Promise<number> {
  let left = documentsIn(pipeline);
  while (left > 0 && Date.now() < deadline) {
    left = await pipeline.drain(Math.min(deadline, Date.now() + PROGRESS_MS));
    if (left > 0) process.stderr.write(`${plural(left, "event")} left.\n`);
  }
  return left;
}

function documentsIn(pipeline: Pipeline): number {
  const { spool } = pipeline.status();
  return spool.mode === "off" ? 0 : spool.documents;
}

function timeoutSeconds(values: Values): number {
  const given = stringFlag(values, "timeout");
  if (given === undefined) return DEFAULT_SECONDS;
  if (/^[1-9]\d{0,6}$/u.test(given)) return Number(given);
  throw new UsageError(`--timeout takes a number of seconds from 1, not "${given}".`);
}
