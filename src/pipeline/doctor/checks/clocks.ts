import { at, objectAt } from "../../../output/opensearch/alert-members.js";
import type { Check } from "../checks.js";
import type { DoctorContext } from "../context.js";
import { fail, ok, SkippedError, warn } from "../finding.js";

const WARN_SECONDS = 30;
/** Events this far ahead of TrailTag's clock are dead-lettered. */
const FAIL_SECONDS = 3_600;

export const clocksCheck: Check = async (context) => {
  const clocks = [...(await servicesClocks(context)), ...(await clustersClocks(context))];
  const furthest = clocks.sort((a, b) => Math.abs(b.ahead) - Math.abs(a.ahead))[0];
  if (furthest === undefined) throw new SkippedError("Nobody tells the time.");
  const seconds = Math.abs(furthest.ahead);
  const message = `The clock of ${furthest.who} is ${seconds.toFixed(0)} s ${furthest.ahead > 0 ? "ahead of" : "behind"} this machine's`;
  const todo = "Let all machines follow a time server.";
  if (seconds >= FAIL_SECONDS) return fail(`${message}: new events may pass for events of the future.`, todo);
  if (seconds > WARN_SECONDS) return warn(`${message}.`, todo);
  return ok(`The clocks are within ${Math.max(1, Math.ceil(seconds))} s of each other.`);
};

interface ClockReading {
  readonly who: string;
  /** Seconds, against this machine's clock. */
  readonly ahead: number;
}

async function servicesClocks({ replicas }: DoctorContext): Promise<ClockReading[]> {
  const readings: ClockReading[] = [];
  for (const service of replicas) {
    // Asked now, not remembered: the time of the answer is what counts.
    const { date } = await service.get(`/healthz?at=${Date.now()}`).catch(() => ({ date: undefined }));
    // The header has whole seconds.
    if (date !== undefined) readings.push({ who: service.url, ahead: (date + 500 - Date.now()) / 1_000 });
  }
  return readings;
}

async function clustersClocks(context: DoctorContext): Promise<ClockReading[]> {
  try {
    const query = { filter_path: "nodes.*.name,nodes.*.timestamp" };
    const stats = await context.openSearch().get("/_nodes/stats/process", query);
    return Object.values(objectAt(stats, "nodes")).flatMap((node) => {
      const [name, timestamp] = [at(node, "name"), at(node, "timestamp")];
      if (typeof timestamp !== "number") return [];
      const who = `OpenSearch's ${typeof name === "string" ? name : "node"}`;
      return [{ who, ahead: (timestamp - Date.now()) / 1_000 }];
    });
  } catch {
    // Whether it answers is judged elsewhere.
    return [];
  }
}
