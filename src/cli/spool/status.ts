import { EXIT } from "../../lib/errors.js";
import { formatBytes } from "../../spool/format-bytes.js";
import { readSpoolStatus, type SpoolView } from "../../spool/look-on.js";
import { readFlags } from "../args.js";
import { plural } from "../plural.js";
import { SPOOL_OPTIONS, spoolPlace, type SpoolPlace } from "./spool-dir.js";

/** `trailtag spool status`: takes no lock and reads no payload. */
export async function tellSpool(args: readonly string[]): Promise<number> {
  const values = readFlags("spool status", args, { ...SPOOL_OPTIONS, json: { type: "boolean" } });
  const place = spoolPlace(values);
  const view = await readSpoolStatus(place.dir);
  // A slip in the path, or a volume that is not mounted, must not read as "nothing waits".
  if (view === undefined) {
    process.stderr.write(`There is no folder ${place.dir}: is its volume mounted, is the path right?\n`);
    return EXIT.unavailable;
  }
  const asked = values["json"] === true ? `${JSON.stringify(toJson(place, view))}\n` : toText(place, view);
  process.stdout.write(asked);
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
