import Joi from "joi";
import { parseIpRange } from "../lib/ip-range.js";

/** Who may do what; the credentials themselves are in a file of their own. */
export const authSchema = Joi.object({
  mode: Joi.string()
    .valid("none", "api_key", "basic", "mtls")
    .description("How those who send are known. Must be written out before listening beyond loopback."),
  credentials_file: Joi.string().description("YAML file of keys, users and certificates, as hashes."),
  max_failures_per_minute: Joi.number()
    .integer()
    .min(1)
    .max(100_000)
    .default(30)
    .description("Wrong credentials from one address before further ones are not looked at."),
}).default();

export const tlsSchema = Joi.object({
  cert_file: Joi.string().description(
    "PEM file of the certificate, with what is between it and its authority.",
  ),
  key_file: Joi.string().description("PEM file of the certificate's private key."),
  client_ca_file: Joi.string().description("PEM file of the authorities that sign clients' certificates."),
  min_version: Joi.string()
    .valid("TLSv1.2", "TLSv1.3")
    .default("TLSv1.2")
    .description("Least version of TLS."),
})
  .and("cert_file", "key_file")
  .messages({ "object.and": "{{#label}} needs both cert_file and key_file" })
  .default();

export const trustedProxiesSchema = Joi.array()
  .items(
    Joi.string().custom((value: string, { error }) =>
      parseIpRange(value) === undefined ? error("any.invalid") : value,
    ),
  )
  .default([])
  .messages({
    "any.invalid": "{{#label}} is a range of addresses, such as 10.0.0.0/8",
    "array.base": "{{#label}} is a list of ranges of addresses, such as [10.0.0.0/8]",
  })
  .description("Proxies whose X-Forwarded-For is believed.");
