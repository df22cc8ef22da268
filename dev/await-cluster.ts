import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../src/lib/errors.js";
import { Failure } from "./failure.js";

const WAIT_MS = 20_000;
const KNOCK_TIMEOUT_MS = 5_000;

/**
 * Waits until something answers at the URL of a cluster that was named; whether it is an OpenSearch that takes
 * writes is for the service to find out.
 * @throws Failure when nothing answers in time; the signal's reason when that is aborted.
 */
export async function awaitCluster(
  url: string,
  say: (line: string) => void,
  signal: AbortSignal,
  waitMs = WAIT_MS,
): Promise<void> {
  const end = performance.now() + waitMs;
  let silence = await knock(url, signal);
  if (silence === undefined) return;
  say(`Waiting up to ${waitMs / 1000} s for OpenSearch at ${url} to answer.`);
  while (performance.now() < end) {
    await sleep(250, undefined, { signal });
    silence = await knock(url, signal);
    if (silence === undefined) return;
  }
  throw new Failure(`No OpenSearch answers at ${url} (${silence}).`, EXIT.unavailable);
}

/** Why nothing answers; undefined when something does, whatever it says. */
async function knock(url: string, signal: AbortSignal): Promise<string | undefined> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  // The service knows which URLs it takes, and says so.
  if (target === undefined || !/^https?:$/.test(target.protocol)) return undefined;
  const timeout = AbortSignal.timeout(KNOCK_TIMEOUT_MS);
  return new Promise((resolve) => {
    const options = { signal: AbortSignal.any([signal, timeout]), agent: false };
    // Nothing is sent but the question, so anybody's certificate will do.
    const asked =
      target.protocol === "https:"
        ? requestHttps(target, { ...options, rejectUnauthorized: false })
        : requestHttp(target, options);
    asked.once("response", (answer) => {
      answer.destroy();
      resolve(undefined);
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      resolve(timeout.aborted ? `silent for ${KNOCK_TIMEOUT_MS / 1000} s` : (error.code ?? error.message));
    });
    asked.end();
  });
}
