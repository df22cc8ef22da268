import { setupCommand } from "../../src/cli/setup.js";
import { deletePrefix, describeWithOpenSearch, testOpenSearch, testPrefix } from "../harness/opensearch.js";

describeWithOpenSearch("trailtag setup", () => {
  const { url } = testOpenSearch();
  const prefix = testPrefix();
  let said = "";

  beforeAll(() => {
    process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"] = prefix;
  });
  beforeEach(() => {
    said = "";
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    delete process.env["TRAILTAG_OPENSEARCH__INDEX_PREFIX"];
    await deletePrefix(prefix);
  });

  it("exits with 0 when all is installed, with or without the plugin for the policy", async () => {
    expect(await setupCommand.run(["--opensearch", url])).toBe(0);
    expect(said).toContain(`Index template ${prefix}-events is installed.`);
    expect(said).toContain(`ISM policy ${prefix}-retention is `);
  });

  it("exits with 1 when a mapping was refused, and says which", async () => {
    const index = `${prefix}-events-2020.w02`;
    await fetch(`${url}/${index}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ mappings: { properties: { eventName: { type: "long" } } } }),
    });
    expect(await setupCommand.run(["--opensearch", url])).toBe(1);
    expect(said).toContain(`The mapping of ${index} stays as it was`);
  });

  it("exits with 69 when OpenSearch is away", async () => {
    expect(await setupCommand.run(["--opensearch", "http://127.0.0.1:9"])).toBe(69);
    expect(said).toContain("OpenSearch was not set up: ");
  });
});
