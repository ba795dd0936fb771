import assert from "node:assert/strict";
import {
  ATTR,
  type CallTouch,
  NO_PERMISSIONS,
  scopeValue,
  targetsOf,
  type Tool,
} from "../../lib/core/mod.ts";
import { Approvals } from "../../lib/agent/approvals.ts";
import { TestAgency } from "../support/test_agency.ts";

const TOUCHES: readonly CallTouch[] = [{ kind: "file", root: "/data", path: "path", text: "text" }];

function writer(written: unknown[]): Tool {
  return {
    name: "write",
    description: "writes",
    parameters: { type: "object", properties: {} },
    permissions: { ...NO_PERMISSIONS, write: ["/data"] },
    idempotent: true,
    touches: TOUCHES,
    summary: () => "write()",
    execute: (args) => {
      written.push(args);
      return Promise.resolve({ content: "done" });
    },
  };
}

function calling(...calls: readonly unknown[]): string {
  const steps = [
    ...calls.map((args) => ({ text: "", toolCalls: [{ name: "write", arguments: args }] })),
    { text: "All done." },
  ];
  return JSON.stringify({ name: "calls", steps });
}

/** A run whose questions are answered through the store, one after the other. */
async function answered(
  calls: readonly unknown[],
  answers: readonly (readonly ["approve" | "deny", Record<string, unknown>])[],
) {
  const written: unknown[] = [];
  const opened = Promise.withResolvers<TestAgency["store"]>();
  let asked = 0;
  await using agency = await TestAgency.open({
    tools: { write: writer(written) },
    scenarios: calling(...calls),
    listeners: [(event) => {
      if (event.type !== "span_start" || event.span.kind !== "guardrail") return;
      const { traceId, spanId } = event.span;
      const [action, argument] = answers[asked++]!;
      opened.promise.then((store) => store.requestControl(traceId, action, { spanId, ...argument }));
    }],
  });
  opened.resolve(agency.store);
  const run = await agency.runner.run(await agency.agent("model: mistral-small-latest\n"), { prompt: "go" });
  const { spans } = await agency.store.loadTrace(run.traceId);
  return { run, written, asked, spans: [...spans.values()] };
}

Deno.test("a person edits the arguments: the tool gets those, the model is told, and both are on record", async () => {
  const model = { path: "a.md", text: "wrong" };
  const person = { path: "a.md", text: "right" };
  const { written, spans } = await answered([model], [["approve", { arguments: person, by: "tui" }]]);
  assert.deepEqual(written, [person]);
  const tool = spans.find((span) => span.kind === "tool")!;
  assert.deepEqual(tool.attributes[ATTR.toolCallArguments], model);
  assert.deepEqual(tool.attributes[ATTR.approvalArguments], person);
  assert.match(JSON.stringify(tool.outputMessages), /A person changed the arguments of this call to .*right/);
  const guard = spans.find((span) => span.kind === "guardrail")!;
  assert.deepEqual(guard.attributes[ATTR.approvalArguments], person);
});

Deno.test("a refusal has the words of the person, which the model reads", async () => {
  const { written, spans } = await answered([{ path: "a.md" }], [["deny", { reason: "use b.md" }]]);
  assert.deepEqual(written, []);
  const tool = spans.find((span) => span.kind === "tool")!;
  assert.match(JSON.stringify(tool.outputMessages), /a person refused it and says: use b\.md/);
});

Deno.test("an always of one path asks again for another, however the path is written", async () => {
  const calls = [{ path: "a.md", text: "1" }, { path: "./a.md", text: "2" }, { path: "b.md", text: "3" }];
  const { written, asked } = await answered(calls, [
    ["approve", { scope: "path" }],
    ["approve", {}],
  ]);
  assert.deepEqual([written.length, asked], [3, 2]);
});

Deno.test("Approvals.allow() of a path or host that the call does not have allows nothing else", () => {
  const approvals = new Approvals();
  const none = { toolName: "write", targets: targetsOf(TOUCHES, { path: "../a" }) };
  approvals.allow(none, "path", "test");
  approvals.allow(none, "host", "test");
  assert.equal(approvals.isAllowed(none), false);
  assert.equal(approvals.isAllowed({ toolName: "write", targets: [] }), false);
});

Deno.test("targetsOf() takes anything a model says", () => {
  const request: readonly CallTouch[] = [{ kind: "request", method: "GET", url: "url" }];
  assert.deepEqual(targetsOf(request, { url: "https://API.example.org:8443/x" }), [
    { kind: "request", method: "GET", url: "https://API.example.org:8443/x", host: "api.example.org:8443" },
  ]);
  assert.deepEqual(targetsOf(request, { url: "no url" }), [
    { kind: "request", method: "GET", url: "no url" },
  ]);
  for (const args of [null, "x", [], 3, { path: 1 }]) assert.deepEqual(targetsOf(TOUCHES, args), []);
  for (const path of ["/etc/passwd", "a/../../b", "C:\\x", "a\0b"]) {
    assert.equal((targetsOf(TOUCHES, { path })[0] as { place?: string }).place, undefined);
  }
});

Deno.test("an answer that cannot be understood grants nothing lasting, and unusable arguments run nothing", async () => {
  const calls = [{ path: "a.md", text: "1" }, { path: "a.md", text: "2" }, { path: "a.md", text: "3" }];
  const { written, asked } = await answered(calls, [
    ["approve", { always: true, scope: "hosts" }],
    ["approve", { arguments: "all of it" }],
    ["approve", {}],
  ]);
  assert.deepEqual([written, asked], [[calls[0], calls[2]], 3]);
});

Deno.test("scopeValue() of a call that touches something else too is nothing", () => {
  const file = { kind: "file", root: "/data", path: "a", place: "/data/a", isAppended: false } as const;
  const request = { kind: "request", method: "GET", url: "https://a.example/", host: "a.example" } as const;
  assert.equal(scopeValue("path", [file, file]), "/data/a");
  assert.equal(scopeValue("host", [request]), "a.example");
  assert.equal(scopeValue("host", [request, file]), undefined);
  assert.equal(scopeValue("path", [file, { ...file, path: "b", place: "/data/b" }]), undefined);
});
