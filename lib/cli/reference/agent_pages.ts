import { z } from "zod";
import { AGENT_DEFAULTS, loadAgentSchema } from "../../agent/mod.ts";
import { RETRY_BURST } from "../../providers/mod.ts";
import { TOOL_FACTORIES } from "../../tools/mod.ts";
import { KEY_COLUMNS, schemaRows, unwrapped } from "./schema_rows.ts";
import { code, type Section } from "./section.ts";

const EXAMPLE = `# agents/researcher.yaml
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
approve: ask`;

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

const PART_TEXT: Readonly<Record<string, string>> = {
  retry:
    "408, 429 and 5xx but 501 are tried again, and what was lost on the way. Waits are random up to the backoff; above a `Retry-After` the random " +
    `part comes on top, so that nobody is early and not all come at once. All runs of a process share a quota at one server with one key: ${RETRY_BURST} ` +
    "retries at once, then one in ten calls and one in ten seconds. A call that is not tried again for that says so; its last attempt has the outcome " +
    "`quota`. Processes do not share it.",
};

export async function agentSections(): Promise<readonly Section[]> {
  const { agentFile, SETTABLE_PARAMETERS } = await loadAgentSchema();
  const settable = new Set([
    "model",
    "instructions",
    ...SETTABLE_PARAMETERS.map(([key]) => `parameters.${key}`),
  ]);
  const options = {
    fallback: (path: string) => OTHER_DEFAULTS[path] ?? defaultAt(path),
    mark: (path: string) => settable.has(path) ? " *" : "",
  };
  const parts = Object.entries(agentFile.shape).flatMap(([key, schema]) => {
    const { inner } = unwrapped(schema);
    return inner instanceof z.ZodObject ? [[key, inner] as const] : [];
  });
  const top = agentFile.omit(Object.fromEntries(parts.map(([key]) => [key, true])) as never);
  return [
    {
      title: "An agent file",
      text: [
        "YAML in UTF-8, up to 1 MB. Everything may be left out, and a key that stands there empty counts as left out. A key that is not here " +
        "is an error that names the line and the key that was probably meant.",
        "An agent is called what its file is called, without `.yaml`. `agentop run NAME` looks in the folders of `AGENTOP_AGENTS`, else in " +
        "`./agents`, then in `agents` of the home folder; a name with a `/` or `.yaml` is a path. A hand-off looks beside the file that names it first.",
        "Relative paths in a file start at the folder that the file is in, wherever the command is given.",
        "Keys marked with * can be changed for one run or replay with `--set key=value`; tools with `--set tools.NAME=off` or `=on`.",
      ],
      code: { language: "yaml", text: EXAMPLE },
    },
    { title: "The agent", table: { columns: KEY_COLUMNS, rows: schemaRows(top, options) } },
    ...parts.map(([part, schema]): Section => ({
      title: code(part),
      ...(PART_TEXT[part] ? { text: [PART_TEXT[part]] } : {}),
      table: { columns: KEY_COLUMNS, rows: schemaRows(schema, { ...options, part }) },
    })),
  ];
}

export function toolSections(): readonly Section[] {
  const withSettings = TOOL_FACTORIES.filter((tool) => Object.keys(tool.configSchema.shape).length > 0);
  return [
    {
      title: "Tools",
      text: [
        "A tool stands in `tools:` by its name, or with its settings below it. Paths in settings are relative to the folder of the agent " +
        "file; the paths that a model gives are relative to `root`, and cannot leave it. `agent: NAME` hands work to another agent.",
      ],
      table: {
        columns: ["tool", "does", "and so"],
        rows: TOOL_FACTORIES.map((tool) => [
          code(tool.name),
          tool.description.replace(/\.$/, ""),
          tool.permissions === "none" ? "touches nothing outside" : tool.permissions,
        ]),
      },
    },
    ...withSettings.map((tool): Section => ({
      title: code(tool.name),
      code: { language: "yaml", text: tool.example },
      table: { columns: KEY_COLUMNS, rows: schemaRows(tool.configSchema) },
    })),
  ];
}

function defaultAt(path: string): string {
  const found = path.split(".").reduce<unknown>(
    (value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key],
    AGENT_DEFAULTS,
  );
  return found === undefined || found === "" ? "–" : String(found);
}
