import { once } from "node:events";
import { EXIT } from "../../lib/errors.js";
import { readSpoolRecords } from "../../spool/look-on.js";
import { decodeWrites, type SpooledWrite } from "../../spool/write-codec.js";
import { readFlags } from "../args.js";
import { plural } from "../plural.js";
import { SPOOL_OPTIONS, spoolPlace } from "./spool-dir.js";

/** `trailtag spool export`: what waits, as NDJSON, oldest first. Removes nothing. */
export async function exportSpool(args: readonly string[]): Promise<number> {
  const values = readFlags("spool export", args, { ...SPOOL_OPTIONS, documents: { type: "boolean" } });
  const { dir } = spoolPlace(values);
  const toLine = values["documents"] === true ? toDocumentLine : toRecordLine;
  const count = { event: 0, dead_letter: 0, unreadable: 0 };
  const onUnreadable = ({ path, bytes }: { readonly path: string; readonly bytes: number }): void => {
    count.unreadable++;
    process.stderr.write(`${plural(bytes, "byte")} in ${path} cannot be read.\n`);
  };
  for await (const { number, payload } of readSpoolRecords(dir, onUnreadable)) {
    let writes: readonly SpooledWrite[];
    try {
      writes = decodeWrites(payload);
    } catch (error) {
      count.unreadable++;
      process.stderr.write(`Record ${number} cannot be understood: ${(error as Error).message}\n`);
      continue;
    }
    for (const write of writes) {
      count[write.kind]++;
      if (!process.stdout.write(`${toLine(write)}\n`)) await once(process.stdout, "drain");
    }
  }
  const parts = [plural(count.event, "event"), plural(count.dead_letter, "dead letter")];
  process.stderr.write(`${parts.join(" and ")} from ${dir}. They are still in the spool.\n`);
  return count.unreadable === 0 ? EXIT.ok : EXIT.findings;
}

/** The record as it came. Line breaks stand between the parts of JSON only: within text they are escaped. */
function toRecordLine(write: SpooledWrite): string {
  if (write.kind === "dead_letter") return toDeadLine(write);
  return Buffer.from(write.raw)
    .toString("utf8")
    .replace(/[\r\n]+/g, " ");
}

function toDocumentLine(write: SpooledWrite): string {
  return write.kind === "dead_letter" ? toDeadLine(write) : write.document;
}

function toDeadLine({ reason, raw, source, part }: Extract<SpooledWrite, { kind: "dead_letter" }>): string {
  return JSON.stringify({ dead_letter: { reason, source, part, raw: Buffer.from(raw).toString("base64") } });
}
