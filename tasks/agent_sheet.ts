/**
 * Writes `docs/agent_file.md`, what an agent file may say, from the schema that checks agent files and the list of tools.
 * `--check` only says whether the file is up to date (exit code 1 when it is not).
 *
 * @module
 */
import { z } from "zod";
import { AGENT_DEFAULTS } from "../lib/agent/mod.ts";
import { agentFile, SETTABLE_PARAMETERS } from "../lib/agent/config_schema.ts";
import { TOOL_FACTORIES } from "../lib/tools/mod.ts";

export const SHEET = new URL("../docs/agent_file.md", import.meta.url);

const HEAD = `# What an agent file may say

Made by \`deno task agent-sheet\` from the schema that checks agent files. Everything may be left out. A key that is not here is an
error that names the line and the key that was probably meant. Keys marked with * can be changed for one run or replay with
\`--set key=value\`; tools with \`--set tools.NAME=off\` or \`=on\`.

\`\`\`yaml
# agents/researcher.yaml
model: mistral-small-latest
instructions: |
  You answer with figures from the data folder. Cite the file you used.
parameters: { temperature: 0.2, maxTokens: 1024, seed: 7 }
tools:
  - calculator
  - read_file: { root: ./data }
  - agent: writer            # hand the work to another agent
memory: { window: 40, keyValue: true }
limits: { maxSteps: 12, budgetUsd: 0.05, timeoutSeconds: 120 }
retry: { maxAttempts: 4, minWaitSeconds: 0.5, maxWaitSeconds: 20 }
approve: ask
\`\`\`
`;

/** What stands in for a key that is left out, where that is not written in the defaults. */
const OTHER_DEFAULTS: Readonly<Record<string, string>> = {
  name: "the file's name",
  model: `\`MISTRAL_MODEL\`, else \`${AGENT_DEFAULTS.model}\``,
  "parameters.temperature": `\`TEMPERATURE\`, else ${AGENT_DEFAULTS.parameters.temperature}`,
  "parameters.maxTokens": `\`MAX_TOKENS\`, else ${AGENT_DEFAULTS.parameters.maxTokens}`,
  "retry.maxAttempts": "`MISTRAL_RETRY_MAX_ATTEMPTS`, else 3",
  "retry.minWaitSeconds": "`MISTRAL_RETRY_MIN_WAIT`, else 1",
  "retry.maxWaitSeconds": "`MISTRAL_RETRY_MAX_WAIT`, else 60",
};
const SETTABLE: ReadonlySet<string> = new Set([
  "model",
  "instructions",
  ...SETTABLE_PARAMETERS.map(([key]) => `parameters.${key}`),
]);

/** The whole sheet: the keys of the file, those of its parts, the tools and their settings. */
export function agentSheet(): string {
  const parts = Object.entries(agentFile.shape).flatMap(([key, schema]) => {
    const inner = innermost(schema);
    return inner instanceof z.ZodObject ? [[key, inner] as const] : [];
  });
  const isPart = new Set(parts.map(([key]) => key));
  const top = Object.entries(agentFile.shape).filter(([key]) => !isPart.has(key));
  return [
    HEAD,
    table("The agent", top.map(([key, schema]) => row(key, schema))),
    ...parts.map(([part, { shape }]) =>
      table(`\`${part}\``, Object.entries(shape).map(([key, schema]) => row(key, schema, part)))
    ),
    "\n## Tools\n\n| tool | may | settings |\n|---|---|---|\n",
    ...TOOL_FACTORIES.map(({ name, permissions, configSchema }) =>
      `| \`${name}\` | ${cell(permissions)} | ${Object.keys(configSchema.shape).map(code).join(" ")} |\n`
    ),
  ].join("");
}

function table(title: string, rows: readonly string[]): string {
  return `\n## ${title}\n\n| key | is | left out | what it does |\n|---|---|---|---|\n${rows.join("")}`;
}

function row(key: string, schema: z.core.$ZodType, part?: string): string {
  const path = part === undefined ? key : `${part}.${key}`;
  const inner = innermost(schema);
  const fallback = OTHER_DEFAULTS[path] ?? defaultAt(path);
  const cells = [
    `${code(key)}${SETTABLE.has(path) ? " *" : ""}`,
    kindOf(inner),
    fallback,
    inner.description ?? "",
  ];
  return `| ${cells.map(cell).join(" | ")} |\n`;
}

/** What the schema says when something else stands there, which continues `KEY must be`. */
function kindOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodEnum) return schema.options.map(code).join(" ");
  const message = schema.safeParse(Symbol()).error?.issues[0]?.message ?? "";
  return message.replace(/^must be /, "");
}

function defaultAt(path: string): string {
  const found = path.split(".").reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
    AGENT_DEFAULTS,
  );
  return found === undefined || found === "" ? "–" : String(found);
}

function innermost(schema: z.core.$ZodType): z.ZodType {
  return schema instanceof z.ZodExactOptional ? innermost(schema.unwrap()) : schema as z.ZodType;
}

function code(text: string | number): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (import.meta.main) {
  const sheet = agentSheet();
  const current = await Deno.readTextFile(SHEET).catch(() => "");
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(new URL(".", SHEET), { recursive: true });
    await Deno.writeTextFile(SHEET, sheet);
  } else if (current !== sheet) {
    console.error("docs/agent_file.md is stale. Try: deno task agent-sheet");
    Deno.exit(1);
  }
}
