import type { JsonValue } from "../lib/json.js";
import type { FieldReference } from "../rules/field.js";
import { compileField, type FieldReader } from "./compile-field.js";

/** A field of the record at hand, read once however many rules ask for it. */
export interface Slot {
  readonly read: FieldReader;
  /** A text that was read, in lower case. */
  readonly lower: (text: string) => string;
}

/** What rules ask of one record again and again. It holds for the record that `begin` was called for and no other. */
export interface RecordSlots {
  /** To be called before each record. */
  begin(): void;
  slotOf(field: FieldReference): Slot;
  /** Remembers for the record what a predicate of this key says, once another predicate has the same key. */
  share(key: string, compile: () => (scope: JsonValue) => boolean): (scope: JsonValue) => boolean;
}

/** Creates slots; they keep values of the last record, at most one a field. */
export function createRecordSlots(): RecordSlots {
  let serial = 0;
  const slots = new Map<string, Slot>();
  const shared = new Map<string, { uses: number; holds: (scope: JsonValue) => boolean }>();

  const createSlot = (field: FieldReference): Slot => {
    const readField = compileField(field);
    let readAt = -1;
    let value: JsonValue | undefined;
    let loweredAt = -1;
    let lowered = "";
    return {
      read(scope) {
        if (readAt !== serial) {
          value = readField(scope);
          readAt = serial;
        }
        return value;
      },
      lower(text) {
        if (loweredAt !== serial) {
          lowered = text.toLowerCase();
          loweredAt = serial;
        }
        return lowered;
      },
    };
  };

  return {
    begin() {
      serial++;
    },
    slotOf(field) {
      const key = JSON.stringify({ ...field, text: "" });
      const slot = slots.get(key) ?? createSlot(field);
      slots.set(key, slot);
      return slot;
    },
    share(key, compile) {
      const held = shared.get(key);
      if (held !== undefined) {
        held.uses++;
        return held.holds;
      }
      const decide = compile();
      let decidedAt = -1;
      let decision = false;
      const holds = (scope: JsonValue): boolean => {
        if (entry.uses === 1) return decide(scope);
        if (decidedAt !== serial) {
          decision = decide(scope);
          decidedAt = serial;
        }
        return decision;
      };
      const entry = { uses: 1, holds };
      shared.set(key, entry);
      return entry.holds;
    },
  };
}
