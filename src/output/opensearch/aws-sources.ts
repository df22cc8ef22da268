import { readFile } from "node:fs/promises";
import { at } from "./alert-members.js";
import type { AwsCredentials, AwsSource } from "./aws-credentials.js";
import type { JsonValue } from "../../lib/json.js";

const TIMEOUT_MS = 5_000;
/** What answers there answers at once; elsewhere nothing does. */
const INSTANCE_TIMEOUT_MS = 1_000;
const CONTAINER_HOST = "http://169.254.170.2";
const INSTANCE_HOST = "http://169.254.169.254";

const environment: AwsSource = {
  name: "the environment",
  find: ({ env }) => {
    const [id, secret] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
    if (!id || !secret) return Promise.resolve(undefined);
    return Promise.resolve(toCredentials(id, secret, env["AWS_SESSION_TOKEN"]));
  },
};

/** A pod's own role (IRSA). */
const webIdentity: AwsSource = {
  name: "the web identity of AWS_ROLE_ARN",
  async find({ env, region }) {
    const [file, role] = [env["AWS_WEB_IDENTITY_TOKEN_FILE"], env["AWS_ROLE_ARN"]];
    if (!file || !role) return undefined;
    const suffix = region.startsWith("cn-") ? ".cn" : "";
    const endpoint = env["AWS_ENDPOINT_URL_STS"] ?? `https://sts.${region}.amazonaws.com${suffix}`;
    const form = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: role,
      RoleSessionName: env["AWS_ROLE_SESSION_NAME"] ?? "trailtag",
      WebIdentityToken: (await readFile(file, "utf8")).trim(),
    });
    const answer = await ask(endpoint, { method: "POST", body: form });
    const tag = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1];
    if (answer.status !== 200) throw new Error(tag("Message") ?? `HTTP ${answer.status}`);
    const [id, secret] = [tag("AccessKeyId"), tag("SecretAccessKey")];
    if (!id || !secret) throw new Error("the answer holds none.");
    return toCredentials(id, secret, tag("SessionToken"), tag("Expiration"));
  },
};

/** ECS, and EKS with its pod identity agent. */
const container: AwsSource = {
  name: "the container's endpoint",
  async find({ env }) {
    const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
    const url = relative ? `${CONTAINER_HOST}${relative}` : env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
    if (!url) return undefined;
    if (!mayBeAsked(new URL(url))) throw new Error(`${new URL(url).host} is neither this machine nor https.`);
    const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
    const token = file ? (await readFile(file, "utf8")).trim() : env["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
    const headers: Record<string, string> = token ? { authorization: token } : {};
    return fromJson(await ask(url, { headers }));
  },
};

/** The role of an EC2 instance, by IMDSv2. */
const instance: AwsSource = {
  name: "the instance's metadata",
  async find({ env }) {
    if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return undefined;
    const host = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? INSTANCE_HOST;
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
    const token = await ask(
      `${host}/latest/api/token`,
      { method: "PUT", headers: ttl },
      INSTANCE_TIMEOUT_MS,
    ).catch(() => undefined);
    // Nothing there, or nothing that is asked like this: not an instance.
    if (token?.status !== 200) return undefined;
    const headers = { "x-aws-ec2-metadata-token": token.text };
    const base = `${host}/latest/meta-data/iam/security-credentials/`;
    const role = await ask(base, { headers });
    if (role.status === 404) return undefined;
    if (role.status !== 200) throw new Error(`HTTP ${role.status}`);
    return fromJson(await ask(`${base}${role.text.split("\n")[0] ?? ""}`, { headers }));
  },
};

/** In the order in which AWS's own tools look. */
export const AWS_SOURCES: readonly AwsSource[] = [environment, webIdentity, container, instance];

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(url: string, request: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      ...request,
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${new URL(url).host}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause: error,
    });
  }
}

function fromJson({ status, text }: Answer): AwsCredentials {
  if (status !== 200) throw new Error(`HTTP ${status}`);
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch {
    // Not quoted: it may hold a secret.
    throw new Error("the answer is not JSON.");
  }
  const part = (name: string) => {
    const value = at(json, name);
    return typeof value === "string" ? value : undefined;
  };
  const [id, secret] = [part("AccessKeyId"), part("SecretAccessKey")];
  if (id === undefined || secret === undefined) throw new Error("the answer holds none.");
  return toCredentials(id, secret, part("Token"), part("Expiration"));
}

function toCredentials(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken?: string,
  expiration?: string,
): AwsCredentials {
  const expiresAt = expiration === undefined ? NaN : Date.parse(expiration);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken ? { sessionToken } : {}),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}

/** Credentials are asked for over TLS, or on this machine, or at the addresses that AWS answers at. */
function mayBeAsked({ protocol, hostname }: URL): boolean {
  if (protocol === "https:") return true;
  return (
    /^127(\.\d{1,3}){3}$/.test(hostname) ||
    ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].includes(hostname)
  );
}
