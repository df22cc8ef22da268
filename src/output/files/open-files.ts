import { join } from "node:path";
import type { AlertDocument, DeadLetterDocument, EventDocument } from "../../enrich/types.js";
import { isJsonObject, own, type JsonObject } from "../../lib/json.js";
import type { StoreLog } from "../store.js";
import type { AlertBook } from "./alert-book.js";
import { openAppendFile, type AppendFile, type OpenHandle } from "./append-file.js";
import { deadLetterId } from "./commit-plan.js";
import type { IdIndex } from "./id-index.js";
import { recoverFile, type Recovery } from "./recover-file.js";

export interface DataFiles {
  readonly events: AppendFile;
  readonly alerts: AppendFile;
  readonly deadLetters: AppendFile;
  close(): Promise<void>;
}

export interface ReadBack {
  readonly ids: IdIndex;
  readonly deadIds: Set<string>;
  readonly book: AlertBook;
  readonly alertsOf: (document: EventDocument) => readonly AlertDocument[];
  readonly now: number;
  readonly log: StoreLog;
}

/** Opens the three files and reads back what they hold: ids and places of events, alerts, ids of dead letters. */
export async function openFiles(dir: string, into: ReadBack, opener?: OpenHandle): Promise<DataFiles> {
  const opened: AppendFile[] = [];
  const close = async (): Promise<void> => {
    for (const file of opened) await file.close();
  };
  const open = async (name: string): Promise<AppendFile> => {
    const file = await openAppendFile(join(dir, name), opener);
    opened.push(file);
    return file;
  };
  try {
    const events = await open("events.ndjson");
    const alerts = await open("alerts.ndjson");
    const deadLetters = await open("deadletter.ndjson");
    tell(into, events, await readEvents(events, into));
    tell(into, alerts, await readAlerts(alerts, into));
    tell(into, deadLetters, await readDeadLetters(deadLetters, into));
    return { events, alerts, deadLetters, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function readEvents(file: AppendFile, { ids, book, alertsOf, now }: ReadBack): Promise<Recovery> {
  return recoverFile(file, now, (document, offset, length) => {
    const id = idOf(document, "event");
    if (id === undefined || !isJsonObject(own(document, "detection"))) return false;
    // A second line of an id can only have come from outside; the first one counts.
    if (ids.has(id)) return true;
    ids.set(id, { offset, length });
    // Lines were written by this store: the shape is its own.
    book.add(alertsOf(document as unknown as EventDocument));
    return true;
  });
}

async function readAlerts(file: AppendFile, { book, now }: ReadBack): Promise<Recovery> {
  const last = new Map<string, AlertDocument>();
  const recovery = await recoverFile(file, now, (document) => {
    const id = idOf(document, "alert");
    if (id === undefined) return false;
    last.set(id, document as unknown as AlertDocument);
    return true;
  });
  book.found(last);
  return recovery;
}

/** A dead letter counts as stored only when all its chunks stand there, one after the other; a part is one by itself. */
function readDeadLetters(file: AppendFile, { deadIds, now }: ReadBack): Promise<Recovery> {
  let pieces: Buffer[] = [];
  return recoverFile(file, now, (document) => {
    const raw = own(document, "raw");
    if (typeof raw !== "string") return false;
    const { chunk } = document as unknown as DeadLetterDocument;
    if (chunk?.id !== undefined) {
      deadIds.add(chunk.id);
      return true;
    }
    if ((chunk?.n ?? 0) === 0) pieces = [];
    if ((chunk?.n ?? 0) !== pieces.length) return true;
    pieces.push(Buffer.from(raw, "base64"));
    if (pieces.length === (chunk?.of ?? 1)) {
      deadIds.add(deadLetterId(pieces));
      pieces = [];
    }
    return true;
  });
}

function idOf(document: JsonObject, section: "event" | "alert"): string | undefined {
  const part = own(document, section);
  const id = isJsonObject(part) ? own(part, "id") : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function tell({ log }: ReadBack, file: AppendFile, recovery: Recovery): void {
  const { documents, tornBytes, badLines, keptIn } = recovery;
  log("info", `${file.path} holds ${documents} documents.`, { file: file.path, documents });
  if (keptIn === undefined) return;
  log("warn", `${file.path} was damaged, as a crash leaves it; what was no document is kept in ${keptIn}.`, {
    file: file.path,
    torn_bytes: tornBytes,
    bad_lines: badLines,
    kept_in: keptIn,
  });
}
