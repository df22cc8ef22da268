import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const ROOT = join(__dirname, "../..");

export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export function composeText(): string {
  return readFileSync(join(ROOT, "docker-compose.yml"), "utf8");
}

/** The file with its anchors merged, as Compose reads it. */
export function readCompose(): ComposeFile {
  return parse(composeText(), { merge: true }) as ComposeFile;
}

/** A bind mount or named volume in its short form. */
export function readVolume(text: string): {
  source: string;
  target: string;
  readOnly: boolean;
  bind: boolean;
} {
  const [source = "", target = "", mode] = text.split(":");
  return { source, target, readOnly: mode === "ro", bind: source.startsWith(".") };
}
