import { canaryCheck } from "./checks/canary.js";
import { certificatesCheck } from "./checks/certificates.js";
import { clocksCheck } from "./checks/clocks.js";
import { configurationCheck } from "./checks/configuration.js";
import { countersCheck } from "./checks/counters.js";
import { deadLettersCheck } from "./checks/dead-letters.js";
import { diskCheck } from "./checks/disk.js";
import { foreignTemplatesCheck } from "./checks/foreign-templates.js";
import { indexBlocksCheck } from "./checks/index-blocks.js";
import { indicesCheck } from "./checks/indices.js";
import { listeningCheck } from "./checks/listening.js";
import { mappingsCheck } from "./checks/mappings.js";
import { openSearchCheck } from "./checks/opensearch.js";
import { pendingAlertsCheck } from "./checks/pending-alerts.js";
import { readinessCheck } from "./checks/readiness.js";
import { replicasCheck } from "./checks/replicas.js";
import { retentionCheck } from "./checks/retention.js";
import { rulesCheck } from "./checks/rules.js";
import { shardsCheck } from "./checks/shards.js";
import { spoolCheck } from "./checks/spool.js";
import { templatesCheck } from "./checks/templates.js";
import type { DoctorContext } from "./context.js";
import type { Finding } from "./finding.js";

export type Check = (context: DoctorContext) => Promise<Finding>;

/** In the order in which they are made. One entry is one file and one heading in docs/reference/doctor.md. */
export const CHECKS = {
  configuration: configurationCheck,
  listening: listeningCheck,
  replicas: replicasCheck,
  readiness: readinessCheck,
  rules: rulesCheck,
  opensearch: openSearchCheck,
  templates: templatesCheck,
  "foreign-templates": foreignTemplatesCheck,
  mappings: mappingsCheck,
  indices: indicesCheck,
  "index-blocks": indexBlocksCheck,
  disk: diskCheck,
  shards: shardsCheck,
  retention: retentionCheck,
  clocks: clocksCheck,
  certificates: certificatesCheck,
  counters: countersCheck,
  spool: spoolCheck,
  "dead-letters": deadLettersCheck,
  "pending-alerts": pendingAlertsCheck,
  canary: canaryCheck,
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;
