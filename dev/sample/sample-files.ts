import type { JsonObject, JsonValue } from "../../src/lib/json.js";
import { background } from "./background.js";
import { intrusion } from "./intrusion.js";
import { nearMisses } from "./near-misses.js";
import { insight, oddities } from "./oddities.js";
import { createRandom, type Random } from "./random.js";

const SEED = 20_261_102;
const BACKGROUND_EVENTS = 340;
/** CloudTrail delivers more often; fewer files are easier to look at. */
const MINUTES_PER_FILE = 60;

export interface SampleFile {
  /** As S3 has it, with .json.gz. */
  readonly name: string;
  /** The file's JSON before gzip. */
  readonly text: string;
}

/** The bundled sample: two hours of three accounts, with one intrusion. The same on every machine. */
export function sampleFiles(): SampleFile[] {
  const random = createRandom(SEED);
  const records = [
    ...background(random, BACKGROUND_EVENTS),
    ...intrusion(random),
    ...nearMisses(random),
    ...oddities(random),
  ];
  const byFile = new Map<string, JsonObject[]>();
  for (const record of records) {
    const key = fileStem(record, "CloudTrail");
    byFile.set(key, [...(byFile.get(key) ?? []), record]);
  }
  const surge = insight(random);
  byFile.set(fileStem(surge, "CloudTrail-Insight"), [surge]);
  return [...byFile]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([stem, members]) => toFile(stem, members, random));
}

function toFile(stem: string, members: readonly JsonObject[], random: Random): SampleFile {
  const sorted = [...members].sort((a, b) => compare(textOf(a["eventTime"]), textOf(b["eventTime"])));
  return { name: `${stem}_${random.word(16)}.json.gz`, text: JSON.stringify({ Records: sorted }) };
}

/** `<account>_CloudTrail_<region>_<YYYYMMDDTHHMMZ>`, the time being that of delivery. */
function fileStem(record: JsonObject, product: string): string {
  const step = MINUTES_PER_FILE * 60_000;
  const delivered = new Date((Math.floor(Date.parse(textOf(record["eventTime"])) / step) + 1) * step);
  const stamp = delivered.toISOString().slice(0, 16).replace(/[-:]/g, "");
  return `${textOf(record["recipientAccountId"])}_${product}_${textOf(record["awsRegion"])}_${stamp}Z`;
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value !== "string")
    throw new Error("Every record of the sample has its time, account and region.");
  return value;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
