import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";

export interface TlsFileNames {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** PEM texts. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsFiles {
  /** What the files hold: the same object for as long as they stay what they were. */
  current(): TlsMaterial;
}

const LOOK_AGAIN_MS = 1_000;

/**
 * Certificates that may be renewed while TrailTag runs: new connections are made with what the files hold then.
 * Files that do not fit together, as in the middle of a renewal, leave what was there before in use.
 *
 * @throws when a file cannot be read, or holds no certificate or key, at the first reading.
 */
export function createTlsFiles(files: TlsFileNames): TlsFiles {
  let material = read(files);
  let state = stateOf(files);
  let lookedAt = performance.now();

  return {
    current() {
      if (performance.now() - lookedAt < LOOK_AGAIN_MS) return material;
      lookedAt = performance.now();
      try {
        const now = stateOf(files);
        if (now === state) return material;
        material = read(files);
        state = now;
      } catch {
        // Not whole yet: looked at again soon.
      }
      return material;
    },
  };
}

function read({ ca, cert, key }: TlsFileNames): TlsMaterial {
  const material = {
    ...(ca === undefined ? {} : { ca: readFileSync(ca, "utf8") }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert, "utf8") }),
    ...(key === undefined ? {} : { key: readFileSync(key, "utf8") }),
  };
  try {
    createSecureContext(material);
  } catch (error) {
    const names = [ca, cert, key].filter((name) => name !== undefined).join(", ");
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The certificates for OpenSearch cannot be used (${names}): ${why}`, { cause: error });
  }
  return material;
}

/** Changes whenever a file does, a link to one included. */
function stateOf(files: TlsFileNames): string {
  return [files.ca, files.cert, files.key]
    .filter((file) => file !== undefined)
    .map((file) => {
      const { ino, size, mtimeMs } = statSync(file);
      return `${ino} ${size} ${mtimeMs}`;
    })
    .join();
}
