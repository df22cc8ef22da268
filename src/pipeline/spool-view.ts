import type { SpoolStatus } from "../spool/spool.js";

/** The spool as `/readyz` and `trailtag spool status` tell of it. */
export type SpoolView =
  | { readonly mode: "off" }
  | {
      readonly mode: "on";
      readonly documents: number;
      /** On disk. */
      readonly bytes: number;
      readonly max_bytes: number;
      readonly accepting: boolean;
      /** ISO 8601; null when it is empty. */
      readonly oldest_at: string | null;
    };

export function toSpoolView(status: SpoolStatus): SpoolView {
  const { documents, bytes, maxBytes, accepting, oldestAt } = status;
  const oldest_at = oldestAt === undefined ? null : new Date(oldestAt).toISOString();
  return { mode: "on", documents, bytes, max_bytes: maxBytes, accepting, oldest_at };
}
