import type { Check } from "../checks.js";
import { fail, ok } from "../finding.js";

export const configurationCheck: Check = ({ options: { config } }) =>
  Promise.resolve(
    typeof config === "string"
      ? fail(config, "Give doctor the same --config, flags and environment as serve.")
      : ok(`The configuration can be read; the store is ${config.store.kind}.`),
  );
