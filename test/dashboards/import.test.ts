import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DashboardsError } from "../../src/output/dashboards/dashboards-error.js";
import { importDashboards } from "../../src/output/dashboards/import.js";
import { loadSavedObjects, toPrefixed } from "../../src/output/dashboards/saved-objects.js";
import { dashboardsFolder } from "./saved-objects.js";

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly objects: any[];
}

/**
 * Stands in for OpenSearch Dashboards, which no package registry carries: it keeps objects by type and id,
 * overwrites them, and answers in the form that Dashboards 3.7 was seen to answer in. `answer` injects faults.
 */
class FakeDashboards {
  readonly seen: Seen[] = [];
  readonly kept = new Map<string, any>();
  answer: { status: number; body: unknown; headers?: Record<string, string> } | undefined;
  private readonly server: Server = createServer((request, response) => {
    void this.take(request).then(({ status, body, headers }) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage): Promise<NonNullable<FakeDashboards["answer"]>> {
    const body = await text(request);
    const file = /filename="[^"]+\.ndjson"\r\n(?:[^\r\n]+\r\n)*\r\n([^]*)\r\n--/.exec(body)?.[1] ?? "";
    const objects = file
      .split("\n")
      .filter((line) => line !== "")
      .map((line): any => JSON.parse(line));
    this.seen.push({ url: request.url, headers: request.headers, objects });
    if (this.answer !== undefined) return this.answer;
    if (request.headers["osd-xsrf"] === undefined) return { status: 400, body: { message: "osd-xsrf" } };
    for (const object of objects) this.kept.set(`${object.type}:${object.id}`, object);
    return { status: 200, body: { success: true, successCount: objects.length } };
  }
}

describe("importDashboards", () => {
  let fake: FakeDashboards;
  let url: string;
  beforeEach(async () => {
    fake = new FakeDashboards();
    url = await fake.listen();
  });
  afterEach(() => fake.close());

  const failure = async (at: string = url): Promise<DashboardsError> => {
    const error: unknown = await importDashboards({ url: at, prefix: "cloudtrail" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DashboardsError);
    return error as DashboardsError;
  };

  it("sends every object once, in one request that overwrites", async () => {
    const { imported, sentences } = await importDashboards({ url, prefix: "cloudtrail" });
    expect(fake.seen).toHaveLength(1);
    expect(fake.seen[0]!.url).toBe("/api/saved_objects/_import?overwrite=true");
    expect(fake.seen[0]!.headers["osd-xsrf"]).toBe("true");
    expect(fake.seen[0]!.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(fake.seen[0]!.objects).toEqual(loadSavedObjects(dashboardsFolder));
    expect(imported).toBe(fake.kept.size);
    expect(sentences.join("\n")).toContain(`Open ${url}/app/dashboards#/view/trailtag-overview`);
  });

  it("changes nothing the second time", async () => {
    await importDashboards({ url, prefix: "cloudtrail" });
    const before = [...fake.kept];
    await importDashboards({ url, prefix: "cloudtrail" });
    expect([...fake.kept]).toEqual(before);
  });

  it("points the index patterns at the configured prefix", async () => {
    await importDashboards({ url, prefix: "acme-trail" });
    expect(fake.kept.get("index-pattern:trailtag-events").attributes.title).toBe("acme-trail-events-*");
    expect(fake.kept.get("index-pattern:trailtag-alerts").attributes.title).toBe("acme-trail-alerts-*");
  });

  it("keeps a base path and takes credentials out of the URL", async () => {
    await importDashboards({ url: url.replace("//", "//ann:p%40ss@") + "/osd", prefix: "cloudtrail" });
    expect(fake.seen[0]!.url).toBe("/osd/api/saved_objects/_import?overwrite=true");
    expect(fake.seen[0]!.headers.authorization).toBe(`Basic ${Buffer.from("ann:p@ss").toString("base64")}`);
  });

  it("sends the configured credentials", async () => {
    await importDashboards({ url, prefix: "cloudtrail", auth: { kind: "bearer", token: "t0ken" } });
    expect(fake.seen[0]!.headers.authorization).toBe("Bearer t0ken");
  });

  it("fails on a 200 that names objects which failed", async () => {
    fake.answer = {
      status: 200,
      body: {
        success: false,
        successCount: 3,
        errors: [
          {
            type: "dashboard",
            id: "trailtag-alerts",
            title: "TrailTag: alerts",
            error: { type: "missing_references", references: [{ type: "visualization", id: "x" }] },
          },
          { type: "search", id: "s", error: { type: "unknown", message: "strict_dynamic_mapping" } },
        ],
      },
    };
    const error = await failure();
    expect(error.code).toBe("refused");
    expect(error.message).toContain('dashboard "TrailTag: alerts": missing_references (visualization x)');
    expect(error.message).toContain('search "s": unknown (strict_dynamic_mapping)');
  });

  it("fails on a 200 that imported fewer objects than were sent", async () => {
    fake.answer = { status: 200, body: { success: true, successCount: 1 } };
    expect((await failure()).message).toMatch(/imported 1 of \d+ objects/);
  });

  it.each([
    [
      401,
      { message: "Authentication required" },
      "unauthorized",
      /refused the user \(HTTP 401\).*Authentication required/,
    ],
    [403, {}, "unauthorized", /HTTP 403/],
    [
      422,
      { message: "Document belongs to a more recent version" },
      "unsupported_version",
      /2\.x or 3\.x.*more recent/,
    ],
    [400, { message: "Request must contain a kbn-xsrf header." }, "not_dashboards", /is Kibana/],
    [404, { message: "Not Found" }, "not_dashboards", /HTTP 404/],
    [503, "OpenSearch Dashboards server is not ready yet", "not_ready", /not ready yet/],
    [500, { message: "broken" }, "refused", /HTTP 500\. It says: broken/],
    [200, "<html>Welcome</html>", "not_dashboards", /is not OpenSearch Dashboards/],
  ])("says what HTTP %d means (%j)", async (status, body, code, message) => {
    fake.answer = { status, body };
    const error = await failure();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.transient).toBe(code === "not_ready");
  });

  it("does not follow a redirect to a login page or base path", async () => {
    fake.answer = { status: 302, body: "", headers: { location: "/osd/app/login" } };
    const error = await failure();
    expect(error.message).toContain("redirects to /osd/app/login");
    expect(fake.seen).toHaveLength(1);
  });

  it("says that nothing answers, without the password", async () => {
    await fake.close();
    const error = await failure(url.replace("//", "//ann:hunter2@"));
    expect(error.code).toBe("unreachable");
    expect(error.transient).toBe(true);
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.message).not.toContain("hunter2");
  });

  it("refuses what is no URL", async () => {
    expect((await failure("localhost:5601")).message).toMatch(/not an http or https URL/);
  });
});

describe("toPrefixed", () => {
  it("changes the title of index patterns and nothing else", () => {
    const before = loadSavedObjects(dashboardsFolder);
    const after = toPrefixed(before, "x");
    expect(after.filter((object, i) => object !== before[i]).map((object) => object["id"])).toEqual([
      "trailtag-alerts",
      "trailtag-events",
    ]);
    expect(toPrefixed(before, "cloudtrail")).toEqual(before);
  });

  it("takes a prefix that a replacement pattern would garble", () => {
    const pattern = { type: "index-pattern", id: "p", attributes: { title: "cloudtrail-events-*" } };
    expect(toPrefixed([pattern], "a$&b")[0]).toMatchObject({ attributes: { title: "a$&b-events-*" } });
    expect(toPrefixed([{ ...pattern, attributes: { title: "logs-*" } }], "a")[0]).toMatchObject({
      attributes: { title: "logs-*" },
    });
  });
});
