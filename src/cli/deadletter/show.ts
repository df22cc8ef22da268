import { once } from "node:events";
import { EXIT } from "../../lib/errors.js";
import { createDeadLetters, DamagedLetterError } from "../../pipeline/replay-store.js";
import { lettersAtEnd, readWholeLetter } from "../../pipeline/whole-letter.js";
import { readArgs, UsageError } from "../args.js";
import { CONFIG_OPTIONS, configFromFlags } from "../config-flags.js";
import { toLetterText } from "../reporters/dead-letters.js";
import { findLetter } from "./find-letter.js";

/** `trailtag deadletter show ID`: all that is known of a letter and its bytes as text, or with --raw its bytes alone. */
export async function showLetter(args: readonly string[]): Promise<number> {
  const options = { ...CONFIG_OPTIONS, raw: { type: "boolean" } } as const;
  const { values, positionals } = readArgs(args, options);
  const [prefix, stray] = positionals;
  if (prefix === undefined) throw new UsageError("trailtag deadletter show needs an id, or its beginning.");
  if (stray !== undefined) throw new UsageError(`trailtag deadletter show takes one id, not "${stray}" too.`);
  const letters = createDeadLetters(configFromFlags(values, process.env));
  try {
    const head = await findLetter(letters, prefix);
    const [end = head, ...others] = await lettersAtEnd(letters, head);
    if (others.length > 0) {
      const ids = [end, ...others].map(({ id }) => id).join(", ");
      throw new UsageError(
        `Several documents begin with dead letter ${head.id}. Name the end of one: ${ids}.`,
      );
    }
    const { heads, raw } = await readWholeLetter(letters, end);
    const output = values["raw"] === true ? raw : toLetterText(heads, raw);
    if (!process.stdout.write(output)) await once(process.stdout, "drain");
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof DamagedLetterError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.findings;
  } finally {
    await letters.close();
  }
}
