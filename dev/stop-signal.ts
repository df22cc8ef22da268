import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves when this process should stop: Ctrl-C, SIGTERM, or the end of the `npm run` that started it. A signal
 * sent to npm ends npm and the shell between, and never comes here.
 * A second signal ends the process at once; what it started is then ended by its watchdogs.
 */
export async function stopSignal(): Promise<void> {
  const signal = new Promise<void>((resolve) => {
    let seen = 0;
    const onSignal = (): void => {
      seen += 1;
      if (seen > 1) process.exit(130);
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
  await (process.env["npm_lifecycle_event"] === undefined ? signal : Promise.race([signal, npmGone()]));
}

/** Does not keep this process alive. */
async function npmGone(): Promise<void> {
  const before = ancestry();
  while (ancestry() === before) await sleep(300, undefined, { ref: false });
}

/** The shell that npm started, and npm; the latter only where /proc tells. */
function ancestry(): string {
  const shell = process.ppid;
  try {
    const stat = readFileSync(`/proc/${shell}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${shell} ${fields[1] ?? ""}`;
  } catch {
    return String(shell);
  }
}
