import { runSession, talk } from "./session.js";

const USAGE = `npm start -- [flags]

  --port N            port of 127.0.0.1 to listen on (default 9280)
  --opensearch URL    cluster to write to (default: TRAILTAG_OPENSEARCH__NODE, else a local one)
  --store files       write to files instead
  --data DIR          write to files in this folder (with --store files alone: data/store)`;

process.exitCode = await runSession({ usage: USAGE, logLevel: "info" }, async ({ service, store, over }) => {
  const where = store.kind === "opensearch" ? `OpenSearch at ${store.url}` : `files in ${store.dir}`;
  talk(`TrailTag is ready at ${service.url} and writes to ${where}. Ctrl-C stops it.`);
  await over;
});
