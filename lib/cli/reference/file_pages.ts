import { z } from "zod";
import { priceFileSchema } from "../../pricing/mod.ts";
import { loadScenarioSchema } from "../../simulator/mod.ts";
import { KEY_COLUMNS, schemaRows, unwrapped } from "./schema_rows.ts";
import { code, type Section } from "./section.ts";

const SCENARIO_EXAMPLE = `name: totals
match: { prompt: revenue, hasTool: read_file }
steps:
  - faults: [{ status: 429, retryAfter: 1 }]     # the first try of this step
    toolCalls: [{ name: read_file, arguments: { path: sales.csv } }]
  - text: "The total is {{csv.sum:revenue}}."`;

const PRICES_EXAMPLE = `models:
  - id: my-model
    inputPerMillion: 0.1
    outputPerMillion: 0.3
    source: https://example.org/prices
    date: 2026-06-16`;

export async function scenarioSections(): Promise<readonly Section[]> {
  const { scenarioSchema } = await loadScenarioSchema();
  const steps = inside(scenarioSchema.shape.steps);
  const tables: readonly (readonly [string, z.ZodObject | undefined])[] = [
    ["The scenario", scenarioSchema],
    [code("match"), inside(scenarioSchema.shape.match)],
    ["A step", steps],
    ["A tool call of a step", inside(steps?.shape["toolCalls"])],
    [code("usage"), inside(steps?.shape["usage"])],
    ["A fault: exactly one of these", inside(steps?.shape["faults"])],
  ];
  return [
    {
      title: "A scenario file",
      text: [
        "`agentop sim --scenario FILE|FOLDER` answers from scenarios before its own rules: YAML, up to 1 MB, several in a file separated by `---`. " +
        "The first that matches answers; its step is the number of answers already in the request, so the same request has the same answer.",
        "Texts may hold `{{prompt}}`, `{{firstPrompt}}`, `{{system}}`, `{{model}}`, `{{toolResult}}`, `{{toolArgs}}`, with filters such as " +
        "`{{csv.sum:revenue}}`, `{{json total}}` and `| default:TEXT`.",
      ],
      code: { language: "yaml", text: SCENARIO_EXAMPLE },
    },
    ...tables.flatMap(([title, schema]): readonly Section[] =>
      schema ? [{ title, table: { columns: KEY_COLUMNS, rows: schemaRows(schema) } }] : []
    ),
  ];
}

export async function priceSections(): Promise<readonly Section[]> {
  const schema = await priceFileSchema();
  const model = inside(schema.shape.models);
  return [
    {
      title: "prices.yaml",
      text: [
        "Prices of your own, in the home folder (`agentop doctor` names it). They win over the built-in ones, by name. A unit without a price " +
        "stays unknown. Each model needs a source and at least one price.",
      ],
      code: { language: "yaml", text: PRICES_EXAMPLE },
      ...(model ? { table: { columns: KEY_COLUMNS, rows: schemaRows(model) } } : {}),
    },
  ];
}

/** The map that a schema is, or a list of. */
function inside(schema: z.core.$ZodType | undefined): z.ZodObject | undefined {
  if (!schema) return undefined;
  const { inner } = unwrapped(schema);
  if (inner instanceof z.ZodArray) return inside(inner.element);
  return inner instanceof z.ZodObject ? inner : undefined;
}
