import { createApiKey, parseKeyHash } from "../../src/auth/api-key.js";
import { createAuthenticator, type AuthRequest } from "../../src/auth/authenticator.js";
import type { Credentials } from "../../src/auth/credentials.js";
import { createFailureLimit } from "../../src/auth/failure-limit.js";
import { createPasswordCheck } from "../../src/auth/password-check.js";
import {
  hashPassword,
  matchesPassword,
  parsePasswordHash,
  type PasswordHash,
} from "../../src/auth/password-hash.js";
import { NO_CREDENTIALS } from "../../src/auth/credentials.js";

const PASSWORD = "correct horse battery";
let now = Date.UTC(2026, 10, 23);
let computed = 0;
let hash: PasswordHash;

beforeAll(async () => {
  hash = parsePasswordHash(await hashPassword(PASSWORD)) as PasswordHash;
});
beforeEach(() => {
  computed = 0;
});

const key = createApiKey("fluent-bit");
const secret = key.token.slice("fluent-bit.".length);
const old = createApiKey("old");
const scopes = new Set(["ingest"] as const);

function credentials(): Credentials {
  return {
    ...NO_CREDENTIALS,
    keys: new Map([
      ["fluent-bit", { id: "fluent-bit", scopes, expires: undefined, digest: parseKeyHash(key.hash)! }],
      ["old", { id: "old", scopes, expires: now - 1, digest: parseKeyHash(old.hash)! }],
    ]),
    users: new Map([["maya", { id: "maya", scopes, expires: undefined, hash }]]),
  };
}

function build(mode: "api_key" | "basic", perMinute = 5) {
  const clock = () => now;
  const matches: typeof matchesPassword = (password, against) => {
    computed++;
    return matchesPassword(password, against);
  };
  const limit = createFailureLimit(perMinute, clock);
  const passwords = createPasswordCheck({ clock, matches });
  return createAuthenticator({ mode, credentials: credentials(), limit, passwords, clock });
}

function request(headers: Partial<AuthRequest>, address = "192.0.2.1"): AuthRequest {
  return { authorization: undefined, address, certificate: () => undefined, ...headers };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const basic = (name: string, password: string) =>
  request({ authorization: `Basic ${base64(`${name}:${password}`)}` });
const bearer = (token: string) => request({ authorization: `Bearer ${token}` });

describe("API keys", () => {
  it.each([
    ["Bearer", { authorization: `Bearer ${key.token}` }],
    ["bearer", { authorization: `bearer   ${key.token} ` }],
    ["ApiKey with the token", { authorization: `ApiKey ${key.token}` }],
    [
      "ApiKey as Elasticsearch's clients send it",
      { authorization: `ApiKey ${base64(`fluent-bit:${secret}`)}` },
    ],
    ["Basic", { authorization: `Basic ${base64(`fluent-bit:${secret}`)}` }],
    ["Firehose's header", { firehoseKey: key.token }],
  ])("come in by %s", async (_name, headers) => {
    expect(await build("api_key").authenticate(request(headers))).toMatchObject({
      ok: true,
      principal: { mode: "api_key", id: "fluent-bit" },
    });
  });

  it.each([
    ["nothing", {}, "missing"],
    ["an empty header", { authorization: "" }, "missing"],
    ["another scheme", { authorization: "Digest abc" }, "malformed"],
    ["a scheme alone", { authorization: "Bearer" }, "malformed"],
    ["a token without id", { authorization: `Bearer ${secret}` }, "malformed"],
    ["no base64", { authorization: "Basic %%%%" }, "malformed"],
    ["no colon", { authorization: `Basic ${base64("fluent-bit")}` }, "malformed"],
    ["an empty secret", { authorization: `Basic ${base64("fluent-bit:")}` }, "malformed"],
    ["a wrong secret", { authorization: `Bearer fluent-bit.${secret.slice(1)}a` }, "wrong"],
    ["the secret of another", { authorization: `Bearer fluent-bit.${old.token.slice(4)}` }, "wrong"],
    ["an unknown id", { authorization: `Bearer fluent.${secret}` }, "wrong"],
    ["an inherited name", { authorization: `Bearer constructor.${secret}` }, "wrong"],
    ["one that has expired", { authorization: `Bearer ${old.token}` }, "expired"],
    ["an expired one with a wrong secret", { authorization: `Bearer old.${secret}` }, "wrong"],
    ["its hash in place of the secret", { authorization: `Bearer fluent-bit.${key.hash.slice(7)}` }, "wrong"],
  ])("stay out with %s", async (_name, headers, failure) => {
    expect(await build("api_key").authenticate(request(headers))).toMatchObject({ ok: false, failure });
  });

  it("are read in time that grows with a header's length, whatever blanks it has", async () => {
    const auth = build("api_key");
    // Longer than HTTP allows: where each blank is tried as the last one, this ends in hours and not within a test.
    const blanks = " ".repeat(4_000_000);
    expect(await auth.authenticate(request({ authorization: `Bearer x${blanks}y` }))).toMatchObject({
      failure: "malformed",
    });
    expect(await auth.authenticate(request({ authorization: `Bearer${blanks}${key.token}` }))).toMatchObject({
      ok: true,
    });
  });

  it("do not tell unknown from wrong in what the client reads", async () => {
    const auth = build("api_key");
    const unknown: any = await auth.authenticate(bearer(`nobody.${secret}`));
    const wrong: any = await auth.authenticate(bearer("fluent-bit.wrong"));
    expect(unknown.reason).toBe(wrong.reason);
    expect([unknown.knownId, wrong.knownId]).toEqual([undefined, "fluent-bit"]);
  });

  it("keep coming in while wrong ones from the same address are held off, and for a while after", async () => {
    const auth = build("api_key");
    const failures: unknown[] = [];
    for (let i = 0; i < 8; i++) failures.push(await auth.authenticate(bearer("fluent-bit.wrong")));
    expect(failures.map((f: any) => f.failure)).toEqual([
      ...Array.from({ length: 5 }, () => "wrong"),
      ...Array.from({ length: 3 }, () => "throttled"),
    ]);
    expect(failures[7]).toMatchObject({ retryAfter: 12 });
    expect(await auth.authenticate(bearer(key.token))).toMatchObject({ ok: true });
    expect(await auth.authenticate({ ...bearer("fluent-bit.wrong"), address: "192.0.2.2" })).toMatchObject({
      failure: "wrong",
    });
    now += 12_000;
    expect(await auth.authenticate(bearer("fluent-bit.wrong"))).toMatchObject({ failure: "wrong" });
  });

  it("count from one moment to the next when the file is read again", async () => {
    const auth = build("api_key");
    auth.use(NO_CREDENTIALS);
    expect(await auth.authenticate(bearer(key.token))).toMatchObject({ failure: "wrong" });
  });
});

describe("users", () => {
  it("come in with their password, which is computed once", async () => {
    const auth = build("basic");
    for (let i = 0; i < 3; i++)
      expect(await auth.authenticate(basic("maya", PASSWORD))).toMatchObject({ ok: true });
    expect(computed).toBe(1);
  });

  it("share one computation when they come at once", async () => {
    const auth = build("basic");
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, () => auth.authenticate(basic("maya", PASSWORD))),
    );
    expect(verdicts.every(({ ok }) => ok)).toBe(true);
    expect(computed).toBe(1);
  });

  it("cost the same when they are unknown", async () => {
    const auth = build("basic");
    expect(await auth.authenticate(basic("nobody", PASSWORD))).toMatchObject({ failure: "wrong" });
    expect(computed).toBe(1);
  });

  it("do not show who exists by what is shared when the same guess comes several times at once", async () => {
    for (const name of ["maya", "nobody"]) {
      const auth = build("basic");
      const guess = () => auth.authenticate(basic(name, "a guess"));
      computed = 0;
      const verdicts = await Promise.all(Array.from({ length: 20 }, guess));
      expect([name, computed]).toEqual([name, 1]);
      expect(verdicts.map((verdict: any) => verdict.failure)).toEqual(Array(20).fill("wrong"));
    }
  });

  it("are held off without a computation once the address has failed too often, unless they are remembered", async () => {
    const auth = build("basic", 2);
    await auth.authenticate(basic("maya", PASSWORD));
    for (const word of ["a wrong one", "another one"]) {
      expect(await auth.authenticate(basic("maya", word))).toMatchObject({ failure: "wrong" });
    }
    computed = 0;
    expect(await auth.authenticate(basic("maya", "a third one"))).toMatchObject({ failure: "throttled" });
    expect(await auth.authenticate(basic("noa", PASSWORD))).toMatchObject({ failure: "throttled" });
    expect(await auth.authenticate(basic("maya", PASSWORD))).toMatchObject({ ok: true });
    expect(computed).toBe(0);
  });

  it("are remembered past a reload that changes nothing of theirs, and no longer when their hash changes", async () => {
    const auth = build("basic");
    await auth.authenticate(basic("maya", PASSWORD));
    auth.use(credentials());
    expect(await auth.authenticate(basic("maya", PASSWORD))).toMatchObject({ ok: true });
    expect(computed).toBe(1);
    const other = parsePasswordHash(await hashPassword("another password")) as PasswordHash;
    auth.use({
      ...NO_CREDENTIALS,
      users: new Map([["maya", { id: "maya", scopes, expires: undefined, hash: other }]]),
    });
    expect(await auth.authenticate(basic("maya", PASSWORD))).toMatchObject({ failure: "wrong" });
    auth.use(NO_CREDENTIALS);
    expect(await auth.authenticate(basic("maya", "another password"))).toMatchObject({ failure: "wrong" });
  });

  it("are forgotten after ten minutes without a request", async () => {
    const auth = build("basic");
    await auth.authenticate(basic("maya", PASSWORD));
    now += 9 * 60_000;
    await auth.authenticate(basic("maya", PASSWORD));
    now += 9 * 60_000;
    await auth.authenticate(basic("maya", PASSWORD));
    expect(computed).toBe(1);
    now += 11 * 60_000;
    await auth.authenticate(basic("maya", PASSWORD));
    expect(computed).toBe(2);
  });

  it("are computed two at a time, and refused as busy when too many wait", async () => {
    let running = 0;
    let most = 0;
    const passwords = createPasswordCheck({
      clock: () => now,
      // Stands in for scrypt, to count.
      matches: async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return false;
      },
    });
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, n) => passwords.check({ id: `nobody${n}` }, "x")),
    );
    expect(most).toBe(2);
    expect(verdicts.filter((verdict) => verdict === "busy")).toHaveLength(60 - 2 - 32);
  });

  it("do not come in by a key's header", async () => {
    expect(await build("basic").authenticate(request({ firehoseKey: key.token }))).toMatchObject({
      failure: "malformed",
    });
    expect(await build("basic").authenticate(bearer(key.token))).toMatchObject({ failure: "malformed" });
  });
});
