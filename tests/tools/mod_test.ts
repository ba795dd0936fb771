import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { AgentOpError, needsApproval, SERVICE_VARIABLES, ToolInputError } from "../../lib/core/mod.ts";
import { createMemoryTools, createTool, listTools, TOOL_FACTORIES } from "../../lib/tools/mod.ts";
import { defineFactory } from "../../lib/tools/factory.ts";
import { context, dependencies } from "./support.ts";

const CONFIGS: Record<string, unknown> = {
  read_file: { root: "./data" },
  list_files: { root: "./data" },
  write_file: { root: "./out", append: true },
  http_get: { allow: ["api.example.org"] },
  sqlite_query: { path: "./data/sales.db" },
  elevenlabs_speak: { outputDir: "./audio" },
};
const deps = dependencies({ baseDir: "/agents" });
const tools = [
  ...TOOL_FACTORIES.map((factory) => createTool(factory.name, CONFIGS[factory.name], deps)),
  ...createMemoryTools(new Map<string, unknown>()),
];

for (const tool of tools) {
  Deno.test(`${tool.name} has a strict JSON Schema that a model API takes`, () => {
    const schema = tool.parameters;
    assert.equal(schema.type, "object");
    assert.equal(schema.additionalProperties, false);
    assert.equal(typeof schema.properties, "object");
    assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
    assert.match(tool.name, /^[a-z_]{3,40}$/);
    assert.ok(tool.description.length > 20);
  });

  Deno.test(`${tool.name} refuses an unknown argument with a message for the model`, async () => {
    await assert.rejects(
      tool.execute({ surprise: 1 }, context()),
      (error) => error instanceof ToolInputError && error.message.includes(tool.name),
    );
    await assert.rejects(tool.execute("{not json", context()), ToolInputError);
    await assert.rejects(tool.execute([1], context()), ToolInputError);
  });

  Deno.test(`${tool.name} does nothing once aborted`, async () => {
    const reason = new Error("stop");
    await assert.rejects(tool.execute({}, context({ signal: AbortSignal.abort(reason) })), reason);
  });

  Deno.test(`${tool.name}.summary() is one short line whatever the arguments`, () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (args) => {
        const summary = tool.summary(args);
        assert.ok(summary.startsWith(`${tool.name}(`));
        assert.ok(summary.length < 200 && !/[\n\r]/.test(summary), summary);
      }),
      { numRuns: 200 },
    );
    const hostile = new Proxy({}, {
      get() {
        throw new Error("get");
      },
      ownKeys() {
        throw new Error("ownKeys");
      },
    });
    assert.equal(tool.summary(hostile), `${tool.name}(...)`);
  });
}

Deno.test("summary() names what matters", () => {
  const summary = (name: string, args: unknown) => tools.find((tool) => tool.name === name)!.summary(args);
  assert.equal(summary("read_file", { path: "sales.csv" }), "read_file(sales.csv)");
  assert.equal(summary("calculator", { expression: "1 +\n1" }), "calculator(1 + 1)");
  assert.equal(summary("memory_set", { key: "k", value: [1] }), "memory_set(k = [1])");
});

Deno.test("permissions say what needs approval", () => {
  const asking = tools.filter((tool) => needsApproval(tool.permissions)).map((tool) => tool.name).sort();
  assert.deepEqual(asking, [
    "elevenlabs_speak",
    "hf_list_models",
    "http_get",
    "run_code",
    "wandb_log",
    "write_file",
  ]);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  assert.deepEqual(byName.get("read_file")!.permissions.read, ["/agents/data"]);
  assert.deepEqual(byName.get("write_file")!.permissions.write, ["/agents/out"]);
  assert.deepEqual(byName.get("http_get")!.permissions.net, ["api.example.org"]);
  assert.deepEqual(byName.get("elevenlabs_speak")!.permissions.net, ["api.elevenlabs.io"]);
});

Deno.test("idempotent is false for what adds or is billed", () => {
  const adding = tools.filter((tool) => !tool.idempotent).map((tool) => tool.name).sort();
  assert.deepEqual(adding, ["elevenlabs_speak", "wandb_log", "write_file"]);
  assert.equal(createTool("write_file", { root: "./out" }, deps).idempotent, true);
});

Deno.test("createTool() suggests the nearest name", () => {
  assert.throws(
    () => createTool("calculater", undefined, deps),
    new AgentOpError('Cannot set up tool "calculater": there is no such tool', { remedy: "calculator" }),
  );
  assert.throws(() => createTool("__proto__", undefined, deps), /one of calculator, current_time/);
});

Deno.test("createTool() names the configuration key that is wrong", () => {
  const message = (name: string, config: unknown) => {
    try {
      createTool(name, config, deps);
    } catch (error) {
      if (error instanceof AgentOpError) return error.message;
      throw error;
    }
    assert.fail(`${name} took ${JSON.stringify(config)}`);
  };
  assert.match(
    message("read_file", undefined),
    /^Cannot set up tool "read_file": "root" is missing. Try: - read_file: \{/,
  );
  assert.match(message("read_file", { rot: "." }), /unknown key "rot": did you mean "root"\?/);
  assert.match(message("read_file", { root: 5 }), /"root" must be text: got 5/);
  assert.match(message("run_code", { memoryMb: 1e9 }), /"memoryMb".*got 1000000000/);
  assert.match(message("calculator", { x: 1 }), /unknown key "x" \(known: none\)/);
  assert.match(message("http_get", { allow: [] }), /"allow"/);
  assert.match(
    message("http_get", { allow: ["https://x.org/"] }),
    /"allow\.0" must be a host, without https:\/\/ and without a path: got "https:\/\/x.org\/"/,
  );
  assert.match(message("http_get", { allow: ["*"] }), /"allow\.0" must be a host/);
  assert.match(message("read_file", "data"), /the value must be a map: got "data"/);
  for (const root of ["/", "/proc", "/proc/self", "/dev", "/sys/kernel", "../..", "a\0b"]) {
    assert.match(message("read_file", { root }), /"root" must be a folder for the agent's files/, root);
  }
});

Deno.test("listTools() describes every factory", () => {
  assert.equal(listTools().length, TOOL_FACTORIES.length);
  assert.ok(listTools().every((entry) => entry.name && entry.description && entry.permissions));
});

Deno.test("a tool is told the variables it declares and no others, and the app knows each of them", () => {
  for (const { name, variables } of TOOL_FACTORIES) {
    for (const variable of variables) {
      assert.ok(SERVICE_VARIABLES.some((known) => known === variable), `${name}: ${variable}`);
    }
  }
  let told: unknown;
  const spy = defineFactory({
    name: "spy",
    description: "",
    permissions: "",
    variables: ["HF_TOKEN"],
    configSchema: z.strictObject({}),
    example: "- spy",
    create: (_config, { secrets }) => {
      told = secrets;
      return tools[0]!;
    },
  });
  spy.create(null, { ...deps, secrets: { HF_TOKEN: "a", WANDB_API_KEY: "b" } });
  assert.deepEqual(told, { HF_TOKEN: "a" });
});
