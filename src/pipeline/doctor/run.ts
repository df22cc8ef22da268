import { NoReplyError } from "../../output/opensearch/client.js";
import { DeadLettersUnavailableError } from "../../output/dead-letters.js";
import { CHECKS, type CheckName } from "./checks.js";
import { createDoctorContext, type DoctorContext, type DoctorOptions } from "./context.js";
import { SkippedError, type Finding } from "./finding.js";
import { ServiceAwayError } from "./service-client.js";

export type NamedFinding = Finding & { readonly check: CheckName };

export const CHECK_NAMES: readonly string[] = Object.keys(CHECKS);

/** Makes every check, one after the other; none keeps the others from being made. */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<NamedFinding, void> {
  const context = createDoctorContext(options);
  try {
    for (const check of Object.keys(CHECKS) as CheckName[]) {
      if (options.only?.includes(check) === false) continue;
      yield { check, ...(await findingOf(check, context)) };
    }
  } finally {
    await context.close();
  }
}

async function findingOf(check: CheckName, context: DoctorContext): Promise<Finding> {
  try {
    return await CHECKS[check](context);
  } catch (error) {
    if (error instanceof SkippedError) return { status: "skipped", message: error.message };
    if (error instanceof ServiceAwayError) return { status: "skipped", message: "TrailTag does not answer." };
    if (error instanceof NoReplyError || error instanceof DeadLettersUnavailableError) {
      return { status: "skipped", message: "OpenSearch does not answer." };
    }
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: "warn",
      message: `This could not be judged: ${message}`,
      todo: "See what that answer says.",
    };
  }
}
