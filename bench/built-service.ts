import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../src/lib/package-root.js";

/**
 * The built service as a process on 127.0.0.1, once it is ready.
 *
 * @param flags of `trailtag serve`, besides the address
 * @param env besides that of this process
 */
export async function startBuiltService(
  port: number,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const main = join(packageRoot, "dist/src/cli/main.js");
  const child = spawn(process.execPath, [main, "serve", "--listen", `127.0.0.1:${port}`, ...flags], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  for (let tries = 0; tries < 200; tries++) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (ready?.status === 200) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill();
  throw new Error("TrailTag was not ready within 20 s.");
}
