/** A step that failed for a reason the user can act on: one sentence, no stack. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    message: string,
    /** As in docs/reference/cli.md. */
    readonly exitCode: number,
  ) {
    super(message);
  }
}
