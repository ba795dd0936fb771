import { z } from "zod";
import { NO_PERMISSIONS, type ToolContext, tryParseJson } from "../core/mod.ts";
import { defineFactory, type ToolDependencies } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { apiRequest, hostNameOf, joinUrl } from "./api_request.ts";
import { ToolFailure } from "./tool_failure.ts";

const DEFAULT_BASE_URL = "https://api.wandb.ai";
const DEFAULT_PROJECT = "agentop";
const MAX_METRICS = 100;
const MAX_ANSWER_BYTES = 1_048_576;
const TIMEOUT_MS = 20_000;

const UPSERT = `mutation UpsertBucket($name: String, $project: String, $displayName: String) {
  upsertBucket(input: { name: $name, modelName: $project, displayName: $displayName }) {
    bucket { id name historyLineCount project { name entity { name } } }
    inserted
  }
}`;

const UPSERTED = z.object({
  data: z.object({
    upsertBucket: z.object({
      bucket: z.object({
        name: z.string(),
        historyLineCount: z.int().min(0).nullish(),
        project: z.object({ name: z.string(), entity: z.object({ name: z.string() }) }),
      }),
    }),
  }),
});

/**
 * Weights & Biases has no documented HTTP call that logs metrics. This makes the two that its SDKs make: the GraphQL mutation
 * `upsertBucket`, which creates or finds the run, and a post of JSON lines to the run's `file_stream`. All calls of one agent
 * run go to one W&B run. Not idempotent: each call adds a row.
 */
export const wandbLog = defineFactory({
  name: "wandb_log",
  description: "Logs metrics to a Weights & Biases run.",
  permissions: "reaches Weights & Biases (WANDB_BASE_URL) with WANDB_API_KEY",
  variables: ["WANDB_API_KEY", "WANDB_PROJECT", "WANDB_BASE_URL"],
  configSchema: z.strictObject({
    project: z.string().regex(/^[\w.-]{1,128}$/, "must be 1 to 128 letters, digits, ., - or _").optional()
      .describe("the W&B project; `WANDB_PROJECT` unless given"),
  }),
  example: "- wandb_log: { project: my-project }",
  create({ project }, deps) {
    const baseUrl = deps.secrets.WANDB_BASE_URL ?? DEFAULT_BASE_URL;
    return defineTool({
      name: "wandb_log",
      description: "Log numbers to Weights & Biases. All calls of this run become rows of one W&B run.",
      arguments: z.strictObject({
        metrics: z.record(z.string().min(1).max(200), z.number())
          .refine((metrics) => Object.keys(metrics).length > 0, "must name at least one metric")
          .refine(
            (metrics) => Object.keys(metrics).length <= MAX_METRICS,
            `must name at most ${MAX_METRICS} metrics`,
          )
          .describe('Numbers by name, e.g. {"accuracy": 0.91}'),
        step: z.int().min(0).optional().describe("Default: the next row"),
      }),
      permissions: { ...NO_PERMISSIONS, net: [hostNameOf(baseUrl)] },
      touches: [{ kind: "request", method: "POST", host: hostNameOf(baseUrl) }],
      idempotent: false,
      summary: ({ metrics }) => Object.entries(metrics).map(([name, value]) => `${name}=${value}`).join(", "),
      async execute({ metrics, step }, context) {
        const key = deps.secrets.WANDB_API_KEY;
        if (!key) {
          throw new ToolFailure("Skipped: logging needs WANDB_API_KEY, which is not set. Go on without it.");
        }
        const api = new WandbApi(baseUrl, key, deps, context);
        const run = await api.upsertRun(project ?? deps.secrets.WANDB_PROJECT ?? DEFAULT_PROJECT);
        const row = { ...metrics, _step: step ?? run.lines, _timestamp: deps.host.now() / 1000 };
        await api.append(run, JSON.stringify(row));
        return { content: `Logged ${Object.keys(metrics).length} metrics at step ${row._step}: ${run.path}` };
      },
    });
  },
});

interface WandbRun {
  /** `entity/project/run`. */
  readonly path: string;
  /** Rows already there. */
  readonly lines: number;
}

class WandbApi {
  readonly #baseUrl: string;
  readonly #headers: Record<string, string>;
  readonly #deps: ToolDependencies;
  readonly #context: ToolContext;

  constructor(baseUrl: string, key: string, deps: ToolDependencies, context: ToolContext) {
    this.#baseUrl = baseUrl;
    this.#headers = {
      authorization: `Basic ${new TextEncoder().encode(`api:${key}`).toBase64()}`,
      "content-type": "application/json",
    };
    this.#deps = deps;
    this.#context = context;
  }

  async upsertRun(project: string): Promise<WandbRun> {
    const id = `agentop-${this.#context.traceId.slice(0, 16)}`;
    const answer = await this.#post("/graphql", {
      query: UPSERT,
      variables: { name: id, project, displayName: id },
    });
    const parsed = UPSERTED.safeParse(answer);
    if (!parsed.success) {
      const errors = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) }).safeParse(
        answer,
      );
      const reason = errors.data?.errors[0]?.message.slice(0, 200) ?? "an answer of unknown form";
      throw new ToolFailure(`Weights & Biases refused the run: ${reason}.`);
    }
    const { name, project: found, historyLineCount } = parsed.data.data.upsertBucket.bucket;
    const path = [found.entity.name, found.name, name].map(encodeURIComponent).join("/");
    return { path, lines: historyLineCount ?? 0 };
  }

  /** Adds a row and marks the run finished; the next row opens it again, so it is never shown as crashed. */
  async append(run: WandbRun, line: string): Promise<void> {
    await this.#post(`/files/${run.path}/file_stream`, {
      files: {
        "wandb-history.jsonl": { offset: run.lines, content: [line] },
        "wandb-summary.json": { offset: 0, content: [line] },
      },
      complete: true,
      exitcode: 0,
    });
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const { body: bytes } = await apiRequest(this.#deps.host, joinUrl(this.#baseUrl, path), {
      method: "POST",
      headers: this.#headers,
      body: JSON.stringify(body),
    }, {
      service: "Weights & Biases",
      signal: this.#context.signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
    return tryParseJson(new TextDecoder().decode(bytes));
  }
}
