import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Tells a process from a later one that got the same number: its start time and command line.
 * Undefined when no such process runs (a zombie counts as gone).
 */
export function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return `${boot} ${fields[19] ?? ""} ${command}`;
  } catch {
    return process.platform === "linux" ? undefined : identityByPs(pid);
  }
}

function identityByPs(pid: number): string | undefined {
  try {
    const out = execFileSync("ps", ["-ww", "-o", "stat=,lstart=,command=", "-p", String(pid)], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [state = "", ...rest] = out.toString().trim().split(/\s+/);
    return state === "" || state.startsWith("Z") ? undefined : rest.join(" ");
  } catch {
    return undefined;
  }
}
