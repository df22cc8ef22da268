import type { Command } from "../../src/cli/command.js";

/** What a command said when it was run within the test's process. */
export interface CommandRun {
  readonly code: number;
  readonly out: Buffer;
  readonly err: string;
}

/** Runs a command with its stdout and stderr caught. Errors of usage reject. */
export async function runCommand(command: Command, args: readonly string[]): Promise<CommandRun> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const into =
    (pieces: Buffer[]) =>
    (piece: string | Uint8Array): boolean => {
      pieces.push(Buffer.from(piece as Uint8Array));
      return true;
    };
  const spies = [
    jest.spyOn(process.stdout, "write").mockImplementation(into(out)),
    jest.spyOn(process.stderr, "write").mockImplementation(into(err)),
  ];
  try {
    const code = await command.run(args);
    return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
