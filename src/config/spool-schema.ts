import Joi from "joi";

/** `spool.*`: where acknowledged events wait on disk while the store is away. */
export const spoolSchema = Joi.object({
  mode: Joi.string()
    .valid("on", "off")
    .description("Whether there is a spool: on for OpenSearch unless set, never for files."),
  dir: Joi.string().default("data/spool").description("Folder of the spool; one process each."),
  max_bytes: Joi.number()
    .integer()
    .min(1_048_576)
    .default(2_147_483_648)
    .messages({ "number.base": "{{#label}} is a number of bytes, such as 2147483648" })
    .description(
      "Bytes that the spool may hold on disk; a request that does not fit is held, then refused whole.",
    ),
  after_ms: Joi.number()
    .integer()
    .min(100)
    .max(50_000)
    .default(5_000)
    .description("How long one write is tried in OpenSearch before it goes to the spool."),
  drain_on_stop_ms: Joi.number()
    .integer()
    .min(0)
    .default(0)
    .description("How long a stopping service goes on writing what is in the spool to OpenSearch."),
}).default();
