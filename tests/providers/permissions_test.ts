import assert from "node:assert/strict";
import { chunk, completion, finish, json, sse, startFaultServer } from "../support/fault_server.ts";

async function deno(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: {
      MISTRAL_API_KEY: "must-not-be-read",
      MISTRAL_DEBUG: "1",
      MISTRAL_SDK_TELEMETRY: "dedicated",
      NO_COLOR: "1",
    },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("chat() needs no permission but the network, and prints nothing", async () => {
  await using server = await startFaultServer(
    sse(chunk({ content: "streamed" }), finish()),
    json(completion({ content: "whole" }), 200, { "x-model-deprecation-timestamp": "2026-01-01" }),
  );
  const script = new URL("./no_env_chat.ts", import.meta.url).href;
  const { code, stdout, stderr } = await deno([
    "run",
    "--no-prompt",
    "--quiet",
    `--allow-net=127.0.0.1:${server.port}`,
    script,
    server.url,
  ]);
  assert.equal(stderr, "");
  assert.equal(stdout, '[{"type":"text","content":"streamed"}]\n[{"type":"text","content":"whole"}]\n');
  assert.equal(code, 0);
  assert.deepEqual(server.requests.map((request) => request.headers["authorization"]), [
    undefined,
    undefined,
  ]);
});

Deno.test("importing the providers loads neither the SDK nor cockatiel", async () => {
  const module = new URL("../../lib/providers/mod.ts", import.meta.url).href;
  const { stdout } = await deno(["info", "--json", module]);
  const graph = JSON.parse(stdout) as { modules: { specifier: string; dependencies?: Dependency[] }[] };
  const eager = new Set<string>();
  const follow = (specifier: string) => {
    if (eager.has(specifier)) return;
    eager.add(specifier);
    for (const dependency of graph.modules.find((node) => node.specifier === specifier)?.dependencies ?? []) {
      if (!dependency.isDynamic && dependency.code) follow(dependency.code.specifier);
    }
  };
  follow(module);
  assert.ok(eager.size > 5);
  assert.deepEqual([...eager].filter((specifier) => specifier.startsWith("npm:")), []);
});

interface Dependency {
  readonly isDynamic?: boolean;
  readonly code?: { readonly specifier: string };
}
