import type { Config } from "./types.js";

type Refuse = (path: readonly string[], message: string, hint: string) => never;

/** What joi cannot say of the keys under `opensearch`: which of them exclude each other. */
export function checkOpenSearch(opensearch: Omit<Config["opensearch"], "password">, refuse: Refuse): void {
  const { node, client_cert_file, username, aws } = opensearch;
  if (client_cert_file !== undefined && node?.startsWith("http:") === true) {
    refuse(
      ["opensearch", "client_cert_file"],
      "A certificate is only shown over TLS, and opensearch.node begins with http:.",
      "Name the cluster as https://….",
    );
  }
  if (aws.region === undefined) {
    if (aws.service === "aoss") {
      refuse(
        ["opensearch", "aws", "service"],
        "opensearch.aws.service is set, but opensearch.aws.region is not.",
        "Name the region of the collection.",
      );
    }
    return;
  }
  if (username !== undefined) {
    refuse(
      ["opensearch", "aws", "region"],
      "With opensearch.aws.region requests are signed; a user name and password do not go with that.",
      "Leave out opensearch.username, or opensearch.aws.",
    );
  }
}
