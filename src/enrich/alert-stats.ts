import { RELATED_KINDS, type Related, type RelatedKind } from "../event/types.js";
import { addressKey, toAddress } from "./address.js";
import { Least } from "./least.js";

/** What an alert's events together give, whatever order they came in. */
export interface AlertStats {
  readonly count: number;
  /** ISO 8601, least and greatest event time. */
  readonly first_seen: string;
  readonly last_seen: string;
  /** In order of (event time, id), at most MAX_EVENT_IDS. */
  readonly event_ids: readonly string[];
  /** Union over the events: addresses in order of their bytes, the rest by code point; at most MAX_ALERT_RELATED each. */
  readonly related: Related;
  /** Lists that were cut, `alert.event_ids` first, then in order of RELATED_KINDS; absent when none was. */
  readonly truncated?: readonly string[];
}

export const MAX_EVENT_IDS = 1_000;
/** Values of one kind in an alert's `related`. */
export const MAX_ALERT_RELATED = 1_000;

/** Of one event, as much as its alerts' stats need. */
export interface AlertMember {
  readonly id: string;
  /** ISO 8601 with milliseconds. */
  readonly time: string;
  readonly related: Related;
}

/** Takes in the events of one alert, in any order, each once. */
export class AlertTally {
  readonly #ids = new Least<string>(MAX_EVENT_IDS);
  readonly #related = new Map<RelatedKind, Least<string>>();
  #count = 0;
  #first = "";
  #last = "";

  add({ id, time, related }: AlertMember): void {
    if (this.#count === 0 || time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
    this.#count++;
    this.#ids.add(`${time} ${id}`, id);
    for (const kind of RELATED_KINDS) {
      for (const value of related[kind] ?? []) this.#relate(kind, value);
    }
  }

  stats(): AlertStats {
    const truncated = this.#ids.cut ? ["alert.event_ids"] : [];
    const related: [RelatedKind, string[]][] = [];
    for (const kind of RELATED_KINDS) {
      const least = this.#related.get(kind);
      if (least === undefined) continue;
      related.push([kind, least.values()]);
      if (least.cut) truncated.push(`related.${kind}`);
    }
    return {
      count: this.#count,
      first_seen: this.#first,
      last_seen: this.#last,
      event_ids: this.#ids.values(),
      related: Object.fromEntries(related),
      ...(truncated.length === 0 ? undefined : { truncated }),
    };
  }

  #relate(kind: RelatedKind, value: string): void {
    const text = kind === "ip" ? toAddress(value) : value;
    if (text === undefined) return;
    let least = this.#related.get(kind);
    if (least === undefined) this.#related.set(kind, (least = new Least<string>(MAX_ALERT_RELATED)));
    least.add(kind === "ip" ? addressKey(text) : text, text);
  }
}
