import { alertTable, gravestSeverity } from "./demo/alert-table.js";
import { countsLine } from "./demo/counts-line.js";
import { queryHint } from "./demo/query-hint.js";
import { readSettledAlerts } from "./demo/read-alerts.js";
import { shipSample } from "./demo/ship.js";
import { runSession, talk } from "./session.js";

const USAGE = `npm run demo -- [flags]

  --once              end after the table instead of staying up
  --port N            port of 127.0.0.1 to listen on (default 9280)
  --opensearch URL    cluster to write to (default: TRAILTAG_OPENSEARCH__NODE, else a local one)
  --store files       write to files instead
  --data DIR          write to files in this folder (with --store files alone: data/store)`;

process.exitCode = await runSession({ usage: USAGE, logLevel: "warn" }, async (session) => {
  const { service, store } = session;
  talk(`TrailTag is ready at ${service.url}; shipping the bundled sample.`);
  const shipped = await shipSample(service.url);
  const alerts = await readSettledAlerts(store);
  const severity = gravestSeverity(alerts);
  const lines = [
    alertTable(alerts),
    "",
    countsLine(alerts.length, shipped),
    "",
    "Tagged events are found by detection.severity, rule.id or threat.technique.id:",
    `  ${queryHint(store, severity)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (session.once) return;
  talk(`\nTrailTag stays up at ${service.url}. Ctrl-C stops it.`);
  await session.over;
});
