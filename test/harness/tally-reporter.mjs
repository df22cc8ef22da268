// Writes "N passed, N failed, N skipped" to the file that TRAILTAG_TEST_TALLY_FILE names, for scripts.
import { writeFileSync } from "node:fs";

export default class TallyReporter {
  onRunComplete(_contexts, results) {
    const file = process.env.TRAILTAG_TEST_TALLY_FILE;
    if (file !== undefined) writeFileSync(file, `${tallyLine(results)}\n`);
  }
}

/** A suite that could not even load has no tests to count: it counts as one failure. */
export function tallyLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
