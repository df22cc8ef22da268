import Joi from "joi";

const bytes = Joi.number()
  .integer()
  .min(1024)
  .messages({ "number.base": "{{#label}} is a number of bytes, such as 104857600" });
const count = Joi.number().integer();
const milliseconds = Joi.number().integer().min(100);

/** What bounds the work and the memory of requests. Each is a label of `trailtag_limit_hits_total`. */
export const limitsSchema = Joi.object({
  max_body_bytes: bytes.default(104_857_600).description("Inflated bytes of one request; more is a 413."),
  max_inflation_ratio: Joi.number()
    .min(2)
    .default(200)
    .description("Inflated bytes for each byte sent, judged past 1 MiB; more is a 413."),
  max_records: count
    .min(1)
    .default(1_000_000)
    .description("Actions of one bulk request, or events of another; more is a 413."),
  max_document_bytes: bytes
    .default(10_485_760)
    .description("Bytes of one document; a larger one is dead-lettered in parts."),
  max_depth: count
    .min(10)
    .max(900)
    .default(200)
    .description("Nesting of objects and arrays in one document; deeper is dead-lettered."),
  max_keys: count
    .min(100)
    .default(50_000)
    .description("Keys of one document at all levels together; one with more is dead-lettered."),
  in_flight_bytes: bytes
    .default(33_554_432)
    .description("Bytes of all requests being worked on; further ones wait before their body is read."),
  body_idle_ms: milliseconds
    .default(30_000)
    .description("How long a client may send nothing in the middle of a body before it is answered 408."),
  min_body_bytes_per_s: count
    .min(0)
    .default(1024)
    .description(
      "How fast a body has to come, judged over body_idle_ms; slower is answered 408. 0 allows any speed.",
    ),
  hold_ms: milliseconds
    .max(55_000)
    .default(50_000)
    .description("How long a request is held while the store is away or busy, before it is refused whole."),
}).default();

/** Keys of `http` that bound connections. */
export const connectionKeys = {
  headers_timeout_ms: milliseconds
    .default(60_000)
    .description("How long a client may take to send the headers of a request."),
  keep_alive_ms: milliseconds
    .default(75_000)
    .description("How long an idle connection is kept: longer than shippers keep it."),
  max_connections: count
    .min(1)
    .default(2000)
    .description("Connections at once; further ones are closed as they come."),
};
