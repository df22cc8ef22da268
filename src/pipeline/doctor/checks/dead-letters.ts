import { createDeadLetters } from "../../replay-store.js";
import type { Check } from "../checks.js";
import { ok, warn } from "../finding.js";
import { countOf } from "../some-of.js";

export const deadLettersCheck: Check = async (context) => {
  const letters = createDeadLetters(context.config());
  try {
    const { total, byReason } = await letters.summary({ replayed: false });
    if (total === 0) return ok("No dead letter waits to be looked at.");
    const counts = byReason.map(({ code, count }) => `${code} ${count}`).join(", ");
    const message = `${countOf(total, "dead letter")} not replayed: ${counts}.`;
    return warn(
      message,
      "trailtag deadletter list --replayed no shows them; replay once what refused them is mended.",
    );
  } finally {
    await letters.close();
  }
};
