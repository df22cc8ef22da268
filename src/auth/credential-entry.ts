import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { writeFileSync, readFileSync } from "node:fs";
import { Document, isMap, isSeq, parseDocument, stringify } from "yaml";
import type { Diagnostic } from "../lib/diagnostics.js";
import { parseCredentials } from "./parse-credentials.js";
import type { Scope } from "./scope.js";

/** An entry as it stands in a credentials file. */
export interface CredentialEntry {
  readonly section: "keys" | "users";
  readonly entry: {
    readonly id?: string;
    readonly name?: string;
    readonly hash: string;
    readonly scopes: readonly Scope[];
    readonly expires?: string;
  };
}

/** Lines of YAML, ready to be pasted into a file that has no such section yet. */
export function toYaml({ section, entry }: CredentialEntry): string {
  return stringify({ [section]: [entry] }, { lineWidth: 0, flowCollectionPadding: false });
}

/**
 * Adds an entry to a file, which is made when it is missing; comments stay. The file is replaced whole, so a service that
 * reads it meets the old one or the new one, and keeps its owner and mode.
 *
 * @returns what is wrong with the file as it was or would be; nothing was written then.
 * @throws the error of reading or writing.
 */
export function appendCredential(file: string, added: CredentialEntry, now: number): readonly Diagnostic[] {
  const known = statSync(file, { throwIfNoEntry: false });
  const path = known === undefined ? file : realpathSync(file);
  const text = known === undefined ? "" : readFileSync(path, "utf8");
  const before = errorsOf(text, file, now);
  if (before.length > 0) return before;
  const next = withEntry(text, added);
  const after = errorsOf(next, file, now);
  if (after.length > 0) return after;

  const draft = `${path}.${process.pid}.new`;
  const descriptor = openSync(draft, "wx", 0o600);
  try {
    try {
      writeFileSync(descriptor, next);
      if (known !== undefined) {
        fchmodSync(descriptor, known.mode & 0o777);
        if (known.uid !== process.getuid?.() || known.gid !== process.getgid?.()) {
          fchownSync(descriptor, known.uid, known.gid);
        }
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  return [];
}

function errorsOf(text: string, file: string, now: number): readonly Diagnostic[] {
  return parseCredentials(text, file, now).diagnostics.filter(({ severity }) => severity === "error");
}

function withEntry(text: string, { section, entry }: CredentialEntry): string {
  const parsed = parseDocument(text);
  const document = isMap(parsed.contents) ? parsed : new Document({});
  const list = document.get(section);
  if (isSeq(list)) list.add(document.createNode(entry));
  else document.set(section, document.createNode([entry]));
  // What stood in a file without any entry were comments.
  const head = document === parsed || text.trim() === "" ? "" : `${text.trimEnd()}\n`;
  return head + document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
