import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, own } from "../../lib/json.js";
import { errorCode } from "./error-code.js";

/** Another process writes to the folder; waiting does not mend it. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";
}

export interface FolderLock {
  /** Gives the folder back. A lock that somebody else has taken meanwhile is left alone. */
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** Start time of the process in the system's own units: a reused pid has another one. */
  readonly started: string;
  readonly host: string;
  readonly token: string;
}

/** How often a holder touches its lock: the only sign of life that a process on another host can see. */
const HEARTBEAT_MS = 5_000;
const FOREIGN_STALE_MS = 60_000;
const SETTLE_MS = 100;

/**
 * Takes the folder for this process, or takes over the lock of a process that is dead.
 *
 * @throws FolderLockedError when a live process holds it.
 */
export async function lockFolder(dir: string, onTakeover: (pid: number) => void): Promise<FolderLock> {
  const path = join(dir, "trailtag.lock");
  const holder: Holder = {
    pid: process.pid,
    started: startTime(process.pid) ?? "unknown",
    host: hostname(),
    token: randomUUID(),
  };
  const text = `${JSON.stringify(holder)}\n`;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if ((await claim(path, holder.token, text)) && (attempt === 0 || (await stays(path, text)))) {
      return heldLock(path, text);
    }
    const found = await readOrUndefined(path);
    if (found === undefined) continue;
    const other = parseHolder(found);
    if (await isAlive(path, other)) {
      const who = other === undefined ? "another process" : `process ${other.pid} on ${other.host}`;
      throw new FolderLockedError(
        `${dir} is in use by ${who}: one process per folder. Stop it, or give this one a folder of its own (${path}).`,
      );
    }
    await setAside(path, found, holder.token);
    onTakeover(other?.pid ?? 0);
  }
  throw new FolderLockedError(`${dir} could not be locked: other processes keep taking ${path}.`);
}

/** A hard link appears with its whole content or not at all, which O_EXCL and a later write would not give. */
async function claim(path: string, token: string, text: string): Promise<boolean> {
  const draft = `${path}.${token}`;
  await writeFile(draft, text, { mode: 0o640 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/** Several that take over at once move each other's locks for a moment: the one that is there afterwards counts. */
async function stays(path: string, text: string): Promise<boolean> {
  await pause(SETTLE_MS);
  return (await readOrUndefined(path)) === text;
}

/** Renames a dead lock away; when another process was quicker and this one is its new lock, puts it back. */
async function setAside(path: string, judged: string, token: string): Promise<void> {
  const aside = `${path}.${token}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readOrUndefined(aside)) !== judged) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

function heldLock(path: string, text: string): FolderLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readOrUndefined(path)) === text) await unlink(path);
    },
  };
}

async function isAlive(path: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host !== hostname()) {
    const touched = await stat(path).then(
      (s) => s.mtimeMs,
      () => 0,
    );
    return Date.now() - touched < FOREIGN_STALE_MS;
  }
  const started = startTime(holder.pid);
  return started !== undefined && (started === holder.started || holder.started === "unknown");
}

/** Undefined when no such process runs. */
function startTime(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command name stands in brackets and may hold blanks: count from the last bracket. Field 22 is the start.
    const [state, ...rest] = fields.slice(fields.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return state === "Z" ? undefined : `${boot}:${rest[18] ?? ""}`;
  } catch {
    return startTimeByPs(pid);
  }
}

/** For systems without /proc. */
function startTimeByPs(pid: number): string | undefined {
  if (process.platform === "linux") return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return undefined;
  }
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const [pid, started, host, token] = ["pid", "started", "host", "token"].map((key) => own(value, key));
    if (typeof pid !== "number" || typeof started !== "string") return undefined;
    if (typeof host !== "string" || typeof token !== "string") return undefined;
    return { pid, started, host, token };
  } catch {
    return undefined;
  }
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
