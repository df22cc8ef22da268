import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { isJsonArray, isJsonObject, own, type JsonObject, type JsonValue } from "../lib/json.js";
import { UsageError } from "./args.js";

/**
 * Records of a file, or of stdin for `-`: one object, an array, NDJSON, or `{"Records":[…]}`.
 * @throws UsageError when the file cannot be read or holds something else
 */
export async function readRecords(path: string): Promise<readonly JsonObject[]> {
  const source = path === "-" ? "stdin" : path;
  const records = parseValues(await readText(path), source).flatMap((value) => recordsOf(value, source));
  if (records.length === 0) throw new UsageError(`There is no record in ${source}.`);
  return records;
}

async function readText(path: string): Promise<string> {
  try {
    return path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function parseValues(content: string, source: string): readonly JsonValue[] {
  try {
    return [JSON.parse(content) as JsonValue];
  } catch (whole) {
    const lines = content.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line, i) => {
      try {
        return JSON.parse(line) as JsonValue;
      } catch {
        // A file of one value over many lines is no NDJSON: its own error says more.
        const reason = i === 0 ? (whole as Error).message : `line ${i + 1} is not JSON`;
        throw new UsageError(`${source} holds no JSON: ${reason}.`);
      }
    });
  }
}

function recordsOf(value: JsonValue, source: string): readonly JsonObject[] {
  if (isJsonArray(value)) return value.flatMap((each) => recordsOf(each, source));
  if (!isJsonObject(value))
    throw new UsageError(`${source} holds ${JSON.stringify(value)}, which is no record.`);
  const records = own(value, "Records");
  return isJsonArray(records) ? recordsOf(records, source) : [value];
}
