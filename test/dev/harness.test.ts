import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";
import { waitFor } from "../harness/wait-for.js";

describeWithOpenSearch("the harness with OpenSearch", () => {
  it("removes the indices and templates of its prefix, and no others", async () => {
    const [mine, other] = [testPrefix(), testPrefix()];
    const { url } = testOpenSearch();
    const put = (path: string, body: unknown): Promise<Response> =>
      fetch(url + path, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const status = async (path: string): Promise<number> =>
      (await fetch(url + path, { method: "HEAD" })).status;
    for (const prefix of [mine, other]) {
      expect((await put(`/${prefix}-events-2026.w45`, {})).status).toBe(200);
      expect(
        (await put(`/_index_template/${prefix}-events`, { index_patterns: [`${prefix}-x-*`] })).status,
      ).toBe(200);
    }

    await deletePrefix(mine);
    expect(await status(`/${mine}-events-2026.w45`)).toBe(404);
    expect(await status(`/_index_template/${mine}-events`)).toBe(404);
    expect(await status(`/${other}-events-2026.w45`)).toBe(200);
    expect(await status(`/_index_template/${other}-events`)).toBe(200);

    await deletePrefix(other);
    expect(await status(`/${other}-events-2026.w45`)).toBe(404);
  });

  it("refuses a prefix that is not its own", async () => {
    await expect(deletePrefix("cloudtrail")).rejects.toThrow("Not a prefix of the tests");
  });
});

describe("waitFor", () => {
  it("gives the first value that counts, and polls past errors", async () => {
    let asked = 0;
    const value = await waitFor(
      () => {
        asked += 1;
        if (asked === 1) throw new Error("not yet");
        return asked === 3 ? "here" : undefined;
      },
      { every_ms: 1 },
    );
    expect(value).toBe("here");
    expect(asked).toBe(3);
  });

  it("names what it waited for and the last error", async () => {
    const never = (): never => {
      throw new Error("still shut");
    };
    await expect(waitFor(never, { timeout_ms: 5, every_ms: 1, what: "the door" })).rejects.toThrow(
      "Waited in vain for the door (5 ms); last error: still shut",
    );
  });
});
