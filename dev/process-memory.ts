import { readFileSync } from "node:fs";

export interface ProcessMemory {
  /** Resident now, bytes. */
  readonly resident: number;
  /** The most that was ever resident, bytes. */
  readonly peak: number;
}

/** What Linux says of a process's memory; undefined where it has ended, or on another system. */
export function processMemory(pid: number): ProcessMemory | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return undefined;
  }
  const kilobytes = (name: string): number | undefined => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    return found === undefined ? undefined : Number(found) * 1024;
  };
  const [resident, peak] = [kilobytes("VmRSS"), kilobytes("VmHWM")];
  // A process that is ending has no memory any more.
  return resident === undefined || peak === undefined ? undefined : { resident, peak };
}
