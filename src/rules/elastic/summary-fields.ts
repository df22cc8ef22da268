import type { ContextField } from "../ir.js";
import { toElasticField } from "./field-map.js";
import type { TomlSource } from "./toml-source.js";

/** What an alert shows besides, by `investigation_fields`. */
export interface SummaryFields {
  /** Paths into the record. */
  readonly attributes: readonly string[];
  /** What the record does not hold as such, by Elastic's name. */
  readonly context: readonly ContextField[];
}

/** Texts of whole parts of the record: the part itself says more. */
const PARTS: ReadonlyMap<string, string> = new Map([
  ["aws.cloudtrail.request_parameters", "requestParameters"],
  ["aws.cloudtrail.response_elements", "responseElements"],
  ["aws.cloudtrail.additional_eventdata", "additionalEventData"],
  ["aws.cloudtrail.service_event_details", "serviceEventDetails"],
  ["aws.cloudtrail.flattened.request_parameters", "requestParameters"],
  ["aws.cloudtrail.flattened.response_elements", "responseElements"],
  ["aws.cloudtrail.flattened.additional_eventdata", "additionalEventData"],
  ["aws.cloudtrail.flattened.service_event_details", "serviceEventDetails"],
]);

/** Names that CloudTrail events do not have are left out: many rules list fields of Elastic's own. */
export function readSummaryFields(source: TomlSource): SummaryFields {
  const attributes = new Set<string>();
  const context: ContextField[] = [];
  for (const name of new Set(source.strings(["rule", "investigation_fields", "field_names"]))) {
    const part = PARTS.get(name);
    const { field, known, absent } = toElasticField(name);
    if (part !== undefined) attributes.add(part);
    else if (!known || absent) continue;
    else if (field.kind === "derived") context.push({ name, field });
    else attributes.add(field.text);
  }
  return { attributes: [...attributes], context };
}
