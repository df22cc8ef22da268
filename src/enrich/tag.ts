import type { NormalisedEvent } from "../event/types.js";
import type { RuleMatch } from "../rules/ir.js";
import { toAlerts } from "./alerts.js";
import { compileConform, type Conformed } from "./conform.js";
import { toDerivedJson, type DerivedInput } from "./derived-json.js";
import { toHits } from "./hits.js";
import { compileFields, loadMappingProperties } from "./mapping.js";
import { createRuleTags, type AttackResolver } from "./rule-tags.js";
import { toSafeDocument, type RecordText } from "./safe-document.js";
import type {
  AlertDocument,
  DeadLetterSource,
  Detection,
  EventDocument,
  SuppressedHit,
  TaggedEvent,
} from "./types.js";

/** Named in `event.reshaped` when the JSON repeated a key; the last value is the one that is stored. */
export const DUPLICATE_KEYS = "*duplicate_keys*";

export interface TaggerOptions {
  /** Of the rules, lists and exceptions in force. */
  readonly rulesetHash: string;
  readonly attack: AttackResolver;
}

export interface Tagger {
  /** @param ingestedAt ms since the epoch; left out, the time that the event was normalised at */
  tag(
    event: NormalisedEvent,
    matches: readonly RuleMatch[],
    source: DeadLetterSource,
    ingestedAt?: number,
  ): TaggedEvent;
}

const OPENING_BRACE = 0x7b;
const NO_RULES: readonly string[] = [];
const NO_ALERTS: readonly AlertDocument[] = [];
const NO_SUPPRESSED: readonly SuppressedHit[] = [];

/** Makes stored documents of events and their matches. Reads mappings/events.json once. */
export function createTagger({ rulesetHash, attack }: TaggerOptions): Tagger {
  const tagsOf = createRuleTags(attack);
  const conform = compileConform(compileFields(loadMappingProperties("events.json")));
  const none: Detection = { count: 0, alert_ids: [], hits: [], suppressed_by: [], ruleset: rulesetHash };
  const noHits = JSON.stringify(none);
  return {
    tag(event, matches, source, ingestedAt) {
      const conformed = conform(event.record, event.text?.length);
      const derived: DerivedInput = {
        event,
        ingested: ingestedAt === undefined ? event.ecs.event.ingested : new Date(ingestedAt).toISOString(),
        hits: matches.length === 0 ? undefined : toHits(event, matches, tagsOf, rulesetHash),
        noHits,
        reshaped: reshapedPaths(event, conformed),
        truncated: truncatedFields(event, conformed),
        original: conformed.reshaped?.original,
      };
      const document = toDocument(event, conformed, derived);
      const recordText = toRecordText(event, conformed);
      return {
        kind: "event",
        id: event.id,
        time: event.time,
        document,
        alerts: raisesAlert(derived) ? inlineAlerts(document, matches) : NO_ALERTS,
        ruleIds: derived.hits?.rule?.id ?? NO_RULES,
        suppressed: derived.hits?.detection.suppressed_by ?? NO_SUPPRESSED,
        raw: event.raw,
        source,
        recordText,
        // Made when it is asked for, which is next to never.
        toSafeDocument: () => toSafeDocument(document, recordText),
      };
    },
  };
}

function reshapedPaths(event: NormalisedEvent, { reshaped }: Conformed): readonly string[] | undefined {
  return event.duplicateKeys ? [DUPLICATE_KEYS, ...(reshaped?.paths ?? [])] : reshaped?.paths;
}

function truncatedFields(event: NormalisedEvent, { truncated }: Conformed): readonly string[] | undefined {
  return event.truncated === undefined ? truncated : [...event.truncated, ...(truncated ?? [])];
}

/** No key stands on both sides: names of ours were moved off the record before. */
function toDocument(event: NormalisedEvent, { reshaped }: Conformed, derived: DerivedInput): string {
  const record =
    reshaped === undefined ? (event.text ?? JSON.stringify(event.record)) : JSON.stringify(reshaped.record);
  const head = toDerivedJson(derived);
  return flat(record === "{}" ? `${head}}` : `${head},${record.slice(1)}`);
}

/**
 * V8 keeps a concatenation as a tree of its parts until somebody looks into it. A write waits for OpenSearch with
 * thousands of others, and trees of some sixty parts each cost the garbage collector more than all else does: looking
 * now, while the parts are fresh, takes a third off the CPU of an event.
 */
function flat(text: string): string {
  // The result is used: the compiler would drop a look that nobody needs.
  if (text.charCodeAt(0) !== OPENING_BRACE) throw new TypeError("A document is a JSON object.");
  return text;
}

/**
 * No more than the safe form needs: a write that kept hold of the parsed record would keep it alive until OpenSearch
 * has answered.
 */
function toRecordText(event: NormalisedEvent, { reshaped }: Conformed): RecordText {
  const { text } = event;
  if (text === undefined) return JSON.stringify(event.record);
  return reshaped === undefined ? text.length : text;
}

function raisesAlert({ hits }: DerivedInput): boolean {
  return hits !== undefined && hits.detection.alert_ids.length > 0;
}

/** Reads the document back, so that an alert raised now equals the one that a redelivery raises from the store. */
function inlineAlerts(document: string, matches: readonly RuleMatch[]): readonly AlertDocument[] {
  const stored = JSON.parse(document) as EventDocument;
  return toAlerts(stored, (id) => matches.find(({ rule }) => rule.id === id)?.rule);
}
