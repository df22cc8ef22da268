import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService } from "../harness/service.js";

export interface RunningTrailTag {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly port: number;
  /** Folder of the files store. */
  readonly dir: string;
  stop(): Promise<void>;
}

/**
 * The whole service in this process, on a free port, with a files store of its own.
 *
 * @param keep folder of the files store, which outlives the service; else it has one that goes with it.
 */
export async function startTrailTag(keep?: string): Promise<RunningTrailTag> {
  const dir = keep ?? mkdtempSync(join(tmpdir(), "trailtag-examples-"));
  const service = await startService({ config: { store: { kind: "files", dir } } });
  return {
    url: service.url,
    port: Number(new URL(service.url).port),
    dir,
    async stop() {
      await service.close();
      if (keep === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}
