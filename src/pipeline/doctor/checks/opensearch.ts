import { NoReplyError } from "../../../output/opensearch/client.js";
import { checkVersion, IncompatibleStoreError } from "../../../output/opensearch/version.js";
import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";

export const openSearchCheck: Check = async (context) => {
  const { client } = context.openSearch();
  try {
    return ok(`OpenSearch ${await checkVersion(client)} answers at ${client.node}.`);
  } catch (error) {
    if (error instanceof IncompatibleStoreError) return fail(error.message, "Mend opensearch.node.");
    if (!(error instanceof NoReplyError)) throw error;
    const message = error.message.includes(client.node) ? error.message : `${client.node}: ${error.message}.`;
    const todo =
      "Check opensearch.node, its credentials and opensearch.ca_file, and whether OpenSearch runs.";
    return { ...fail(`OpenSearch does not answer as it should. ${message}`, todo), unreachable: true };
  }
};
