import type { Audit } from "../auth/audit.js";
import type { Authenticator } from "../auth/authenticator.js";
import type { ClientAddress } from "../auth/client-address.js";

/** Who may do what; one for each app. */
export interface HttpSecurity {
  readonly authenticator: Authenticator;
  readonly audit: Audit;
  /** @param forwarded the X-Forwarded-For header */
  clientAddress(remote: string | undefined, forwarded: string | undefined): ClientAddress;
  /** Reads credentials and certificates again. @returns a sentence for each part that was refused and stays what it was. */
  reload(): readonly string[];
}
