import { systemClock, type Clock } from "../../lib/clock.js";
import { createAwsCredentials, type AwsContext, type AwsCredentials } from "./aws-credentials.js";
import { signRequest } from "./aws-sigv4.js";
import type { RequestSigner } from "./client.js";

export interface AwsSignerOptions {
  readonly region: string;
  readonly service: "es" | "aoss";
  /** Default: that of this process. */
  readonly env?: AwsContext["env"];
  readonly clock?: Clock;
}

/** Signs requests to Amazon OpenSearch Service with credentials from the usual places. */
export function createAwsSigner(options: AwsSignerOptions): RequestSigner {
  const { region, service, env = process.env, clock = systemClock } = options;
  const provider = createAwsCredentials({ region, env }, clock);
  let credentials: AwsCredentials | undefined;
  return {
    async ready() {
      credentials = await provider.get();
    },
    sign(request) {
      if (credentials === undefined) throw new Error("There are no AWS credentials yet.");
      return signRequest(request, { region, service }, credentials, clock());
    },
  };
}
