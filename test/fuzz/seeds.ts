import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DIR = join(__dirname, "seeds");

/** What fuzzing begins with, by name; inputs that once failed are among them. */
export function loadSeeds(): ReadonlyMap<string, Buffer> {
  const names = readdirSync(DIR).filter((name) => name.endsWith(".txt"));
  return new Map(names.map((name) => [name, readFileSync(join(DIR, name))]));
}
