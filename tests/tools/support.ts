import {
  systemHost,
  type Tool,
  type ToolContext,
  ToolInputError,
  type ToolResult,
} from "../../lib/core/mod.ts";
import type { Host } from "../../lib/core/mod.ts";
import { createTool, type ToolDependencies } from "../../lib/tools/mod.ts";
import assert from "node:assert/strict";

export function dependencies(overrides: Partial<ToolDependencies> = {}): ToolDependencies {
  return {
    host: systemHost(),
    baseDir: "/nowhere",
    secrets: {},
    denoPath: overrides.denoPath ?? Deno.execPath(),
    ...overrides,
  };
}

export function context(
  options: { signal?: AbortSignal; maxOutputBytes?: number; host?: Host } = {},
): ToolContext {
  return {
    signal: options.signal ?? new AbortController().signal,
    emit() {},
    traceId: "0123456789abcdef0123456789abcdef",
    parentSpanId: "0123456789abcdef",
    host: options.host ?? systemHost(),
    maxOutputBytes: options.maxOutputBytes ?? 65_536,
  };
}

/** A tool by name with its base folder, for tests that need one call. */
export function tool(name: string, config?: unknown, deps: Partial<ToolDependencies> = {}): Tool {
  return createTool(name, config, dependencies(deps));
}

export async function succeeds(tool: Tool, args: unknown, ctx: ToolContext = context()): Promise<ToolResult> {
  const result = await tool.execute(args, ctx);
  assert.equal(result.isError ?? false, false, result.content);
  return result;
}

/** What the model reads after a call that must fail, as a failed result or as refused arguments. */
export async function fails(tool: Tool, args: unknown, ctx: ToolContext = context()): Promise<string> {
  try {
    const result = await tool.execute(args, ctx);
    assert.equal(result.isError, true, `should have failed: ${result.content.slice(0, 300)}`);
    return result.content;
  } catch (error) {
    if (error instanceof ToolInputError) return error.message;
    throw error;
  }
}

/** A fresh folder, gone afterwards. */
export function tempFolder(): { path: string } & Disposable {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "agentop_tools_" }));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

/** A loopback server that is closed afterwards, with what it was asked. */
export function server(
  handler: (request: Request) => Response | Promise<Response>,
): { port: number; url: string; requests: Asked[] } & AsyncDisposable {
  const requests: Asked[] = [];
  const listener = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    // Copies: Deno closes a request once it is answered.
    requests.push({ method: request.method, url: request.url, headers: new Headers(request.headers) });
    return handler(request);
  });
  const { port } = listener.addr;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () => listener.shutdown(),
  };
}
