import { EXIT } from "../../lib/errors.js";
import { formatBytes } from "../../spool/format-bytes.js";
import { readSpoolStatus, type SpoolView } from "../../spool/look-on.js";
import { readFlags } from "../args.js";
import { plural } from "../plural.js";
import { SPOOL_OPTIONS, spoolPlace, type SpoolPlace } from "./spool-dir.js";

const NOTHING: SpoolView = {
  records: 0,
  documents: 0,
  bytes: 0,
  oldestAt: undefined,
  damaged: { files: 0, bytes: 0 },
};

/** `trailtag spool status`: takes no lock and reads no payload. */
export async function tellSpool(args: readonly string[]): Promise<number> {
  const values = readFlags("spool status", args, { ...SPOOL_OPTIONS, json: { type: "boolean" } });
  const place = spoolPlace(values);
  const found = await readSpoolStatus(place.dir);
  const view = found ?? NOTHING;
  if (values["json"] === true) process.stdout.write(`${JSON.stringify(toJson(place, view))}\n`);
  else
    process.stdout.write(found === undefined ? `There is no spool in ${place.dir}.\n` : toText(place, view));
  return view.records === 0 ? EXIT.ok : EXIT.findings;
}

function toJson({ dir, maxBytes }: SpoolPlace, view: SpoolView) {
  const { records, documents, bytes, oldestAt, damaged } = view;
  const oldest_at = oldestAt === undefined ? null : new Date(oldestAt).toISOString();
  return { dir, records, documents, bytes, max_bytes: maxBytes ?? null, oldest_at, damaged };
}

function toText({ dir, maxBytes }: SpoolPlace, view: SpoolView): string {
  const { records, documents, bytes, oldestAt, damaged } = view;
  const most = maxBytes === undefined ? "" : ` of ${formatBytes(maxBytes)}`;
  const lines =
    oldestAt === undefined
      ? [`The spool in ${dir} is empty.`]
      : [
          `${plural(documents, "event")} in ${plural(records, "record")} in ${dir}, ${formatBytes(bytes)}${most} on disk.`,
          `The oldest came at ${new Date(oldestAt).toISOString()}.`,
        ];
  if (damaged.files > 0) {
    const files = plural(damaged.files, "file");
    lines.push(
      `${files} (${formatBytes(damaged.bytes)}) in ${dir} hold what could not be read back: *.damaged.`,
    );
  }
  return `${lines.join("\n")}\n`;
}
