import type { DeadLetterHead, DeadLetters } from "../../pipeline/replay-store.js";
import { UsageError } from "../args.js";

/** As many as are named when an id fits several. */
const NAMED = 5;

/** The one letter whose id begins so. @throws UsageError when there is none or several. */
export async function findLetter(letters: DeadLetters, prefix: string): Promise<DeadLetterHead> {
  if (!/^[0-9a-f]{4,64}(-(\d+|more|last))?$/u.test(prefix)) {
    throw new UsageError(
      `"${prefix}" is no id of a dead letter: those are 4 to 64 of 0-9 and a-f. "list" shows them.`,
    );
  }
  const found = await letters.find(prefix, NAMED + 1);
  const [only, other] = found;
  if (only === undefined) {
    throw new UsageError(`No dead letter's id begins with ${prefix}. "trailtag deadletter list" shows them.`);
  }
  if (other === undefined) return only;
  const named = found.slice(0, NAMED).map(({ id }) => id.slice(0, 16));
  const more = found.length > NAMED ? ", …" : "";
  throw new UsageError(
    `Several dead letters begin with ${prefix}: ${named.join(", ")}${more}. Give more of the id.`,
  );
}
