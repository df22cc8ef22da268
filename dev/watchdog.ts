import { spawn, type ChildProcess } from "node:child_process";

/**
 * Ends a process of its own group when this process is gone: a shell waits for the end of its input, which
 * comes after a SIGKILL too. Kill the watchdog once the process has ended by itself.
 */
export function startWatchdog(pid: number): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const watchdog = spawn("/bin/sh", ["-c", `read -r _; kill -TERM ${pid}`], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.on("error", () => undefined);
  watchdog.unref();
  // A pipe is a socket to Node, which its types do not say.
  (watchdog.stdin as unknown as { unref?(): void }).unref?.();
  return watchdog;
}
