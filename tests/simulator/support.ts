import { type Simulator, type SimulatorOptions, startSimulator } from "../../lib/simulator/mod.ts";

export type Json = Record<string, unknown>;

/** A simulator with ways to ask it, closed at the end of its block. */
export class TestSimulator implements AsyncDisposable {
  readonly simulator: Simulator;

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  static async start(options: SimulatorOptions = {}): Promise<TestSimulator> {
    return new TestSimulator(await startSimulator(options));
  }

  request(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers({ authorization: "Bearer test", "content-type": "application/json" });
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return fetch(this.simulator.url + path, {
      ...init,
      method,
      headers,
      ...(body === undefined ? {} : { body: text }),
    });
  }

  post(body: Json, init: RequestInit = {}): Promise<Response> {
    return this.request("POST", "/v1/chat/completions", body, init);
  }

  /** The first choice and the usage of an answer that is not streamed. */
  async ask(body: Json, init: RequestInit = {}): Promise<Answer> {
    const response = await this.post({ model: "mistral-small-latest", ...body }, init);
    const value = await response.json();
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${JSON.stringify(value)}`);
    const [choice] = value.choices;
    return { ...choice.message, finish_reason: choice.finish_reason, usage: value.usage, id: value.id };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator.close();
  }
}

export interface ToolCall {
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Answer {
  readonly id: string;
  readonly role: string;
  readonly content: string;
  readonly tool_calls: readonly ToolCall[] | null;
  readonly finish_reason: string;
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  };
}

export const user = (content: string): Json => ({ role: "user", content });
export const system = (content: string): Json => ({ role: "system", content });

export function tool(
  name: string,
  properties: Json,
  required: readonly string[] = Object.keys(properties),
): Json {
  return {
    type: "function",
    function: { name, description: "", parameters: { type: "object", properties, required } },
  };
}

export const CALCULATOR = tool("calculator", { expression: { type: "string" } });

/** The `data:` values of a stream, parsed; `[DONE]` stays a string. */
export function events(text: string): readonly (Json | string)[] {
  return text.split("\n\n").filter((block) => block !== "").map((block) => {
    const data = block.replace(/^data: /, "");
    return data === "[DONE]" ? data : JSON.parse(data) as Json;
  });
}

/** Plays an agent: asks, runs the tools with `run`, asks again, until there is an answer or `maxCalls` is reached. */
export async function playAgent(
  sim: TestSimulator,
  request: Json & { messages: readonly Json[] },
  run: (name: string, args: Json) => string | Promise<string>,
  maxCalls = 10,
): Promise<{ answer: Answer; messages: readonly Json[]; calls: readonly string[] }> {
  const messages = [...request.messages];
  const calls: string[] = [];
  for (let i = 0; i < maxCalls; i++) {
    const answer = await sim.ask({ ...request, messages });
    messages.push({ role: "assistant", content: answer.content, tool_calls: answer.tool_calls });
    if (!answer.tool_calls) return { answer, messages, calls };
    for (const call of answer.tool_calls) {
      calls.push(call.function.name);
      const content = await run(call.function.name, JSON.parse(call.function.arguments));
      messages.push({ role: "tool", tool_call_id: call.id, name: call.function.name, content });
    }
  }
  throw new Error(`no answer after ${maxCalls} calls: ${calls.join(", ")}`);
}
