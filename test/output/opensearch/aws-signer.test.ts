import { createAwsSigner } from "../../../src/output/opensearch/aws-signer.js";
import {
  deletePrefix,
  describeWithOpenSearch,
  testOpenSearch,
  testPrefix,
} from "../../harness/opensearch.js";
import { startSignedOpenSearch, type SignedOpenSearch } from "../../harness/signed-opensearch.js";
import { waitFor } from "../../harness/wait-for.js";
import { eventWrite, seconds, stored, testStore } from "./fixture.js";

jest.setTimeout(60_000);

// The real OpenSearch, behind a stand-in for AWS that checks the signatures.
describeWithOpenSearch("The OpenSearch store that signs its requests", () => {
  const { url } = testOpenSearch();
  const prefixes: string[] = [];
  const standIns: SignedOpenSearch[] = [];

  afterAll(async () => {
    for (const standIn of standIns) await standIn.close();
    for (const prefix of prefixes) await deletePrefix(prefix);
  });

  async function storeBehind(service: "es" | "aoss", env: Record<string, string>, compression = false) {
    const prefix = testPrefix();
    prefixes.push(prefix);
    const standIn = await startSignedOpenSearch(url, service);
    standIns.push(standIn);
    standIn.keys.set("AKID1", { secret: "secret/1+", token: "session==" });
    const signer = createAwsSigner({ region: "eu-central-1", service, env });
    const { store } = testStore({
      url,
      prefix,
      client: { node: standIn.url, signer, compression },
      serverless: service === "aoss",
    });
    return { store, standIn, prefix };
  }

  const ENV = {
    AWS_ACCESS_KEY_ID: "AKID1",
    AWS_SECRET_ACCESS_KEY: "secret/1+",
    AWS_SESSION_TOKEN: "session==",
  };

  it.each([false, true])("is let in for all that it does (gzip: %s)", async (compression) => {
    const { store, standIn, prefix } = await storeBehind("es", ENV, compression);
    await store.start();
    expect(store.status().ready).toBe(true);
    const batch = [eventWrite({ id: "a", alerts: ["k"] }), eventWrite({ id: "ü/ b*" })];
    expect(await store.write(batch, seconds(20))).toEqual(["stored", "stored"]);
    expect(await store.write(batch, seconds(20))).toEqual(["duplicate", "duplicate"]);
    await store.settle();
    await store.close();
    expect(standIn.seen.refused).toBe(0);
    expect((await stored(url, `${prefix}-events-*`)).length).toBe(2);
  });

  it("waits while the key is wrong", async () => {
    const { store, standIn } = await storeBehind("es", { ...ENV, AWS_SECRET_ACCESS_KEY: "another" });
    await store.start();
    expect(store.status()).toMatchObject({ ready: false, message: expect.stringContaining("(HTTP 403)") });
    standIn.keys.set("AKID1", { secret: "another", token: "session==" });
    await waitFor(() => store.status().ready);
    await store.close();
  });

  it("says when there is nothing to sign with", async () => {
    const { store, standIn } = await storeBehind("es", { AWS_EC2_METADATA_DISABLED: "true" });
    await store.start();
    expect(store.status().message).toContain("No AWS credentials were found: set AWS_ACCESS_KEY_ID");
    expect(standIn.seen.passed + standIn.seen.refused).toBe(0);
    await store.close();
  });

  it("writes to OpenSearch Serverless, which has no version, refresh, ISM or aliases to require", async () => {
    const { store, standIn, prefix } = await storeBehind("aoss", ENV);
    await store.start();
    expect(store.status().ready).toBe(true);
    const batch = [eventWrite({ id: "a", alerts: ["k"] }), eventWrite({ id: "b" })];
    expect(await store.write(batch, seconds(20))).toEqual(["stored", "stored"]);
    expect(await store.write(batch, seconds(20))).toEqual(["duplicate", "duplicate"]);
    await store.close();
    expect(standIn.seen.refused).toBe(0);
    expect(standIn.seen.paths.filter((path) => /_plugins|_alias|^\w+ \/$/.test(path))).toEqual([]);
    expect((await stored(url, `${prefix}-events-*`)).length).toBe(2);
  });
});
