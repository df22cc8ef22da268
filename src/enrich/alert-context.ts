import { isJsonObject, type JsonObject } from "../lib/json.js";
import { compileConform, type Conform } from "./conform.js";
import { compileFields, loadMappingProperties } from "./mapping.js";

let conformAlert: Conform | undefined;

/**
 * `alert.context` of a hit's context: what the index would refuse is cut or left out. The hit on the event keeps it
 * whole, so the alert keeps no original beside it.
 */
export function toAlertContext(context: JsonObject | undefined): JsonObject | undefined {
  if (context === undefined) return undefined;
  conformAlert ??= compileConform(compileFields(loadMappingProperties("alerts.json")));
  const { reshaped } = conformAlert({ alert: { context } }, undefined);
  if (reshaped === undefined) return context;
  const { alert } = reshaped.record;
  return isJsonObject(alert) && isJsonObject(alert["context"]) ? alert["context"] : undefined;
}
