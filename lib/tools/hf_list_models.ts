import { z } from "zod";
import { NO_PERMISSIONS, tryParseJson } from "../core/mod.ts";
import { plural } from "../present/mod.ts";
import { defineFactory } from "./factory.ts";
import { defineTool } from "./define_tool.ts";
import { apiRequest, hostNameOf, joinUrl } from "./api_request.ts";
import { ToolFailure } from "./tool_failure.ts";

const DEFAULT_ENDPOINT = "https://huggingface.co";
const MAX_ANSWER_BYTES = 8_388_608;
const TIMEOUT_MS = 20_000;

const MODELS = z.array(z.object({
  id: z.string(),
  downloads: z.number().optional(),
  likes: z.number().optional(),
  pipeline_tag: z.string().optional(),
  lastModified: z.string().optional(),
}));

export const hfListModels = defineFactory({
  name: "hf_list_models",
  description: "Searches models on the Hugging Face Hub.",
  permissions: "reaches the Hugging Face Hub (HF_ENDPOINT); sends HF_TOKEN when set",
  variables: ["HF_TOKEN", "HF_ENDPOINT"],
  configSchema: z.strictObject({}),
  example: "- hf_list_models",
  create(_config, deps) {
    const endpoint = deps.secrets.HF_ENDPOINT ?? DEFAULT_ENDPOINT;
    return defineTool({
      name: "hf_list_models",
      description: "Search models on the Hugging Face Hub. One line per model: id, task, downloads, likes.",
      arguments: z.strictObject({
        search: z.string().max(200).default("").describe("Words in the model's name"),
        author: z.string().max(100).optional().describe("Organisation or user, e.g. mistralai"),
        task: z.string().max(100).optional().describe("Pipeline tag, e.g. text-generation"),
        sort: z.enum(["downloads", "likes", "lastModified", "createdAt", "trendingScore"]).default(
          "downloads",
        ),
        limit: z.int().min(1).max(100).default(10),
      }),
      permissions: { ...NO_PERMISSIONS, net: [hostNameOf(endpoint)] },
      touches: [{ kind: "request", method: "GET", host: hostNameOf(endpoint) }],
      idempotent: true,
      summary: ({ search, author }) => [search, author && `by ${author}`].filter(Boolean).join(" "),
      async execute({ search, author, task, sort, limit }, { signal }) {
        const url = joinUrl(endpoint, "/api/models");
        if (search !== "") url.searchParams.set("search", search);
        if (author !== undefined) url.searchParams.set("author", author);
        if (task !== undefined) url.searchParams.set("pipeline_tag", task);
        url.searchParams.set("sort", sort);
        url.searchParams.set("direction", "-1");
        url.searchParams.set("limit", String(limit));
        const token = deps.secrets.HF_TOKEN;
        const headers: Record<string, string> = { accept: "application/json" };
        if (token) headers.authorization = `Bearer ${token}`;
        const { body } = await apiRequest(deps.host, url, { method: "GET", headers }, {
          service: "Hugging Face",
          signal,
          timeoutMs: TIMEOUT_MS,
          maxBytes: MAX_ANSWER_BYTES,
        });
        const models = MODELS.safeParse(tryParseJson(new TextDecoder().decode(body)));
        if (!models.success) {
          throw new ToolFailure("Hugging Face sent an answer that is not a list of models.");
        }
        return { content: models.data.slice(0, limit).map(modelLine).join("\n") || "[no model found]" };
      },
    });
  },
});

function modelLine(model: z.output<typeof MODELS>[number]): string {
  return [
    model.id,
    model.pipeline_tag ?? "-",
    plural(model.downloads ?? 0, "download"),
    plural(model.likes ?? 0, "like"),
  ].join("\t").replace(/[\r\n]+/g, " ");
}
