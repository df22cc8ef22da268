import type { Clock } from "../../lib/clock.js";
import { AWS_SOURCES } from "./aws-sources.js";

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end, ms since the epoch; undefined for ones that do not. */
  readonly expiresAt?: number;
}

/** Where credentials may be. */
export interface AwsSource {
  readonly name: string;
  /** Undefined when this source is not set up here. @throws when it is, and does not give any. */
  find(context: AwsContext): Promise<AwsCredentials | undefined>;
}

export interface AwsContext {
  readonly region: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface AwsCredentialProvider {
  /** @throws with one sentence that says why there are none. */
  get(): Promise<AwsCredentials>;
}

/** Before they end: early enough that what is signed with them arrives, and that a source that is away comes back. */
const REFRESH_BEFORE_MS = 5 * 60_000;
const LAST_MOMENT_MS = 30_000;
/** Between tries while the old ones still do. */
const RETRY_MS = 10_000;

/** Takes the first source that has credentials, and asks anew before they end. Those who wait share one search. */
export function createAwsCredentials(context: AwsContext, clock: Clock): AwsCredentialProvider {
  let current: AwsCredentials | undefined;
  let search: Promise<AwsCredentials> | undefined;
  let notBefore = 0;

  function lasts(ms: number): boolean {
    return current !== undefined && (current.expiresAt ?? Infinity) - clock() > ms;
  }

  function refresh(): Promise<AwsCredentials> {
    notBefore = clock() + RETRY_MS;
    search ??= findCredentials(context)
      .then((found) => (current = found))
      .finally(() => (search = undefined));
    return search;
  }

  return {
    async get() {
      if (current !== undefined && lasts(REFRESH_BEFORE_MS)) return current;
      if (current === undefined || !lasts(LAST_MOMENT_MS)) return refresh();
      // They still do; a failure is told once they do not.
      if (clock() >= notBefore) refresh().catch(() => undefined);
      return current;
    },
  };
}

async function findCredentials(context: AwsContext): Promise<AwsCredentials> {
  for (const source of AWS_SOURCES) {
    try {
      const found = await source.find(context);
      if (found !== undefined) return found;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`AWS credentials cannot be had from ${source.name}: ${why}`, { cause: error });
    }
  }
  throw new Error(
    "No AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the pod, the container or the instance a role.",
  );
}
