import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { ROUTES } from "../../lib/server/routes/mod.ts";
import { graded, keepExperiment } from "../support/experiments.ts";
import { type Json, TestServer } from "./support.ts";

Deno.test("/openapi.json is OpenAPI 3.1 and has every route of the table", async () => {
  await using server = await TestServer.start();
  const document = await server.json("/openapi.json");
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.deepEqual([valid, errors], [true, undefined]);
  const said = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const table = ROUTES.filter((it) => !it.isHidden).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(said.sort(), table.sort());
  assert.deepEqual(Object.keys(document.components.schemas).sort(), [
    "Alert",
    "Answered",
    "Evaluation",
    "Problem",
    "Run",
    "WholeRun",
  ]);
  assert.deepEqual(document.paths["/healthz"].get.security, []);
});

Deno.test("every document is what the schema of its route says", async () => {
  await using server = await TestServer.start();
  const [id] = await server.seed({ group: "g" });
  await (await server.post("/eval", { run_id: id, metrics: { helpful: 1 } })).body?.cancel();
  const { experimentId } = await keepExperiment(server.store, server.app.host, {
    suite: "sums",
    variants: ["small", "large"],
    cases: ["one", "two", "three"],
    scorers: ["exact"],
    result: (variant, caseId) => ({
      scores: [graded("exact", variant === "large" || caseId === "one" ? 1 : 0)],
    }),
  });
  await failOnce(server);
  let checked = 0;
  for (const { method, path, answer } of ROUTES) {
    if (method !== "GET" || !answer.schema) continue;
    const body = await server.json(
      path.replace("{run_id}", id!).replace("{id}", "last").replace("{a}", `${experimentId}%2Fsmall`)
        .replace("{b}", `${experimentId}%2Flarge`),
    );
    const { error } = answer.schema.safeParse(body);
    assert.equal(error, undefined, `${path}: ${error?.message}`);
    if (Array.isArray(body)) assert.ok(body.length > 0, path);
    assert.deepEqual(camelNames(body), [], path);
    checked++;
  }
  assert.ok(checked >= 12, String(checked));
});

/** An alert in the log. */
async function failOnce({ app, store }: TestServer): Promise<void> {
  await store.addAlertRule({
    name: "slow",
    metric: "latency",
    scope: "all",
    per: "run",
    condition: { kind: "above", value: 0 },
    minSample: 1,
    channels: [],
    sinceUs: 0,
  });
  await app.alerts.check();
}

/** Names that are not snake_case, at any depth of what is ours. */
function camelNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(camelNames);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(/[a-z][A-Z]/.test(name) ? [name] : []),
    ...(/^(args|tags|set|paths|components)$/.test(name) ? [] : camelNames(inner)),
  ]);
}

Deno.test("/docs shows every route, loads nothing and runs nothing", async () => {
  await using server = await TestServer.start();
  const response = await server.get("/docs");
  const page = await response.text();
  for (const { path } of ROUTES.filter((it) => !it.isHidden)) assert.ok(page.includes(path), path);
  assert.doesNotMatch(page, /<script|src=|@import|url\(|https?:/);
  const policy = response.headers.get("content-security-policy")!;
  assert.match(policy, /^default-src 'none'; style-src 'sha256-[\w+/]+=*'; frame-ancestors 'none'/);
  const style = /<style>([^]*)<\/style>/.exec(page)![1]!;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  assert.ok(policy.includes(btoa(String.fromCharCode(...new Uint8Array(digest)))));
});
