import { text } from "node:stream/consumers";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UsageError } from "./args.js";

/** Bytes of a password are few; more is a file that was meant for something else. */
const MAX_LENGTH = 1024;
const MIN_LENGTH = 12;

/** From a terminal twice and without echo, else all of stdin less its last line break. @throws UsageError */
export async function readPassword(): Promise<string> {
  const password = process.stdin.isTTY ? await ask() : (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password.length < MIN_LENGTH || password.length > MAX_LENGTH || /[\r\n]/.test(password)) {
    throw new UsageError(`A password has ${MIN_LENGTH} to ${MAX_LENGTH} characters, on one line.`);
  }
  return password;
}

async function ask(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  const question = async (prompt: string): Promise<string> => {
    process.stderr.write(prompt);
    const answer = await lines.question("");
    process.stderr.write("\n");
    return answer;
  };
  lines.on("SIGINT", () => process.exit(130));
  try {
    const first = await question("Password: ");
    if ((await question("Once more: ")) === first) return first;
    throw new UsageError("The two are not the same.");
  } finally {
    lines.close();
  }
}
