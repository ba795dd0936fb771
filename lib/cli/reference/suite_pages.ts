import { loadSuiteSchema } from "../../evals/mod.ts";
import { KEY_COLUMNS, schemaRows } from "./schema_rows.ts";
import { code, type Section } from "./section.ts";

const EXAMPLE = `# evals/sales.yaml
agent: researcher
variants:
  - { name: small, set: { model: mistral-small-latest } }
  - { name: large, set: { model: mistral-large-latest } }
repeats: 3
cases:
  - id: total
    prompt: What is the total revenue in sales.csv?
    vars: { want: "36,034.80" }
    scorers: [{ numeric: { value: 36034.8, tolerance: 0.01 } }]
  - file: cases.jsonl              # or .csv
  - runs: "agent:researcher since:7d status:completed"
scorers:
  - contains: "{{want}}"
  - tool_called: read_file
  - { similarity: "{{output}}", name: as before }
gate: { scorer: contains, failBelow: 0.9 }`;

export async function suiteSections(): Promise<readonly Section[]> {
  const { suiteFile, SUITE_PARTS } = await loadSuiteSchema();
  const table = (schema: Parameters<typeof schemaRows>[0]) => ({
    columns: KEY_COLUMNS,
    rows: schemaRows(schema),
  });
  return [
    {
      title: "A suite file",
      text: [
        "`agentop eval SUITE` runs every variant on every case, so often as it repeats, and judges each run. YAML, up to 1 MB; " +
        "`SUITE` is a path, or the name of a file in `evals/`. Each run is one like any other, in a group named by the experiment.",
        "`{{column}}` in prompts and settings of scorers stands for a column of the case: its `vars`, a field of its row, or of a " +
        "stored run `prompt`, `output`, `agent` and `model`. A setting that is one column alone is its value, whatever its type.",
        "Scorers are written as on a command line, `completed`, or as a map from one name to its settings; `name` says what its " +
        "scores are called. A run that failed gives errors, never zeros. Scorers that run a command need `--allow-commands`, and take no column into the command: what it reads has them.",
      ],
      code: { language: "yaml", text: EXAMPLE },
      table: table(suiteFile),
    },
    { title: "A case", table: table(SUITE_PARTS.case) },
    { title: "A variant", table: table(SUITE_PARTS.variant) },
    {
      title: code("gate"),
      text: [
        "Regression, exit code 1: the interval of the mean lies below `failBelow`, or the scorer is shown to be worse than the " +
        "baseline. Passed: the mean is at least `failBelow`, and the interval of the difference lies above minus `margin`. " +
        "Otherwise, and with more than 5 % errors, it is undecided: exit code 3, with about how many more cases would decide it.",
      ],
      table: table(SUITE_PARTS.gate),
    },
  ];
}
