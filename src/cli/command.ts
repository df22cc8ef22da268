/** One command of `trailtag`. */
export interface Command {
  /** What `--help` prints. */
  readonly usage: string;
  /** @returns the exit code; long-running commands resolve when they have ended. */
  run(args: readonly string[]): Promise<number>;
}
