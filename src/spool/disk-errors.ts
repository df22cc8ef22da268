import { errorCode } from "../output/files/error-code.js";

/** The disk, a quota or a limit has no room for more. */
export function isNoRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(errorCode(error) ?? "");
}
