import Joi from "joi";
import { connectionKeys, limitsSchema } from "./limits-schema.js";
import { authSchema, tlsSchema, trustedProxiesSchema } from "./security-schema.js";
import { spoolSchema } from "./spool-schema.js";

const paths = (example: string) =>
  Joi.array()
    .items(Joi.string())
    .default([])
    .messages({ "array.base": `{{#label}} is a list, such as ${example}` });

/**
 * The configuration as people write it. One key here is one heading in docs/reference/config.md.
 * Bounds refuse what could only be a slip; everything has a default.
 */
export const configSchema = Joi.object({
  http: Joi.object({
    listen: Joi.string()
      .pattern(/^(\[[0-9a-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/)
      .default("127.0.0.1:9280")
      .messages({
        "string.base": '{{#label}} is HOST:PORT, for example "127.0.0.1:9280"',
        "string.pattern.base": '{{#label}} is HOST:PORT, for example "127.0.0.1:9280"',
      })
      .description("Address and port to listen on."),
    compat: Joi.string()
      .valid("auto", "opensearch", "elasticsearch")
      .default("auto")
      .description("What the start-up answers claim to be: auto decides by User-Agent."),
    ...connectionKeys,
    trusted_proxies: trustedProxiesSchema,
    tls: tlsSchema,
  }).default(),
  auth: authSchema,
  store: Joi.object({
    kind: Joi.string().valid("opensearch", "files").description("Where events and alerts go."),
    dir: Joi.string().default("data/store").description("Folder of the files store."),
  }).default(),
  opensearch: Joi.object({
    node: Joi.string()
      .uri({ scheme: ["http", "https"] })
      .description("URL of the cluster."),
    username: Joi.string().description("User for basic authentication."),
    password_file: Joi.string().description("File that holds the password."),
    password_env: Joi.string()
      .pattern(/^[A-Za-z_][A-Za-z0-9_]*$/)
      .messages({
        "string.pattern.base": "{{#label}} is the name of an environment variable, not the password itself",
      })
      .description("Name of the environment variable that holds the password."),
    ca_file: Joi.string().description("PEM file of the authority that signed the cluster's certificate."),
    client_cert_file: Joi.string().description(
      "PEM file of the certificate that TrailTag shows to the cluster.",
    ),
    client_key_file: Joi.string().description("PEM file of that certificate's private key."),
    aws: Joi.object({
      region: Joi.string()
        .pattern(/^[a-z]{2}(-[a-z]+)+-\d$/)
        .messages({ "string.pattern.base": '{{#label}} is a region, for example "eu-central-1"' })
        .description("Region of an Amazon OpenSearch domain; requests are then signed (SigV4)."),
      service: Joi.string()
        .valid("es", "aoss")
        .default("es")
        .description(
          "es: a domain of OpenSearch Service; aoss: a search collection of OpenSearch Serverless.",
        ),
    }).default(),
    compression: Joi.boolean()
      .default(false)
      .description("gzip of what is sent to the cluster: worth it across a slow network."),
    max_concurrency: Joi.number()
      .integer()
      .min(1)
      .max(64)
      .default(8)
      .description("Bulk requests at once, at most; how many of them are of use is found out."),
    index_prefix: Joi.string()
      .pattern(/^[a-z0-9][a-z0-9._-]{0,100}$/)
      .default("cloudtrail")
      .messages({
        "string.pattern.base":
          '{{#label}} begins with a lower-case letter or digit and holds lower-case letters, digits, ".", "_" and "-"',
      })
      .description("First part of every index name."),
    index_period: Joi.string()
      .valid("day", "week", "month")
      .default("week")
      .description(
        "Time span of one events index. Part of what makes redelivery harmless: do not change it later.",
      ),
    manage_templates: Joi.boolean()
      .default(true)
      .description("Whether serve installs and updates the index templates itself."),
    retention_days: Joi.number()
      .integer()
      .min(1)
      .description("Days after which the ISM policy deletes events indices; nothing is deleted when unset."),
    request_timeout_ms: Joi.number()
      .integer()
      .min(1000)
      .default(30_000)
      .description("How long one request to OpenSearch may take."),
  })
    .oxor("password_file", "password_env")
    .with("password_file", "username")
    .with("password_env", "username")
    .and("client_cert_file", "client_key_file")
    .default(),
  rules: Joi.object({
    paths: paths("[rules, more-rules]").description("Rule files and folders, besides the bundled pack."),
    bundled: Joi.boolean().default(true).description("Whether the bundled pack is loaded."),
  }).default(),
  lists: Joi.object({
    paths: paths("[lists]").description("Files and folders of named lists."),
  }).default(),
  exceptions: Joi.object({
    paths: paths("[exceptions]").description("Files and folders of exceptions to rules."),
  }).default(),
  events: Joi.object({
    max_age_days: Joi.number()
      .min(1)
      .default(3650)
      .description("An event older than this is dead-lettered, so that data cannot create indices at will."),
  }).default(),
  limits: limitsSchema,
  spool: spoolSchema,
  dashboards: Joi.object({
    url: Joi.string()
      .uri({ scheme: ["http", "https"] })
      .description("OpenSearch Dashboards, where `trailtag setup` imports the dashboards."),
  }).default(),
  log: Joi.object({
    level: Joi.string()
      .valid("error", "warn", "info", "debug")
      .default("info")
      .description("Least level logged."),
    format: Joi.string()
      .valid("auto", "json", "text")
      .default("auto")
      .description("One JSON object a line, or text; auto: text on a terminal, else JSON."),
    audit_file: Joi.string().description("File that the lines of the audit log are appended to as well."),
  }).default(),
}).label("configuration");

/** Dotted names of all keys, for "did you mean" and the documentation test. */
export function configKeys(schema: Joi.Schema = configSchema, prefix = ""): string[] {
  const keys: string[] = [];
  const described = schema.describe() as { keys?: Record<string, { type: string }> };
  for (const [key, child] of Object.entries(described.keys ?? {})) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (child.type === "object") keys.push(...configKeys((schema as Joi.ObjectSchema).extract(key), path));
    else keys.push(path);
  }
  return keys;
}
