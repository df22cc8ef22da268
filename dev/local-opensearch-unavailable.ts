/** What stood in the way of a local OpenSearch. */
export type MissingPart = "java" | "maven" | "jars" | "port" | "start";

/** No local OpenSearch can be had. `message` is one sentence why, `hint` one sentence what to do. */
export class LocalOpenSearchUnavailable extends Error {
  override readonly name = "LocalOpenSearchUnavailable";

  constructor(
    readonly missing: MissingPart,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}
