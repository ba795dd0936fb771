import assert from "node:assert/strict";
import { join } from "node:path";
import { AgentOpError, type Run } from "../../lib/core/mod.ts";
import { loadSuite } from "../../lib/evals/mod.ts";

const noRuns = {
  resolveRun: (reference: string): Promise<Run> =>
    Promise.reject(new AgentOpError(`Cannot find run "${reference}": no run has this id`)),
  findRuns: () => Promise.resolve([]),
};

class Folder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(files: Readonly<Record<string, string>>): Promise<Folder> {
    const path = await Deno.makeTempDir({ prefix: "agentop-suite-" });
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(path, name), text);
    return new Folder(path);
  }

  async load() {
    return (await loadSuite(join(this.path, "suite.yaml"), noRuns)).suite;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const suiteOf = async (files: Readonly<Record<string, string>>) => {
  await using folder = await Folder.create(files);
  return await folder.load();
};

Deno.test("loadSuite() puts columns into prompts and settings, at any depth", async () => {
  const suite = await suiteOf({
    "suite.yaml": `
agent: echo
prompt: "Answer: {{question}}"
cases:
  - { id: a, prompt: "{{x}} plus {{y}}?", vars: { x: 1, y: 2, sum: 3, schema: { type: object } } }
  - { file: rows.jsonl, vars: { schema: { type: object } } }
  - { file: rows.csv, vars: { schema: { type: object } } }
scorers:
  - numeric: { value: "{{sum}}", tolerance: 0.5 }
  - json: { schema: { type: object, properties: { total: "{{schema}}" } } }
  - { contains: "= {{sum}}", name: sentence }
`,
    "rows.jsonl": '{"id":"b","question":"2+2?","sum":4}\n\n{"question":"3+3?","sum":"6"}\n',
    "rows.csv": 'id,prompt,sum\nc,"say ""{{no such}}"", {{sum}}",7\n8,"plain {{sum}}",8\n',
  });
  assert.deepEqual(suite.cases.map(({ id, prompt }) => [id, prompt]), [
    ["a", "1 plus 2?"],
    ["b", "Answer: 2+2?"],
    ["rows-2", "Answer: 3+3?"],
    ["c", 'say "{{no such}}", {{sum}}'],
    ["8", "plain 8"],
  ]);
  assert.deepEqual(suite.cases.map(({ scorers }) => scorers.map((it) => it.settings)).slice(0, 2), [
    [
      { value: 3, tolerance: 0.5 },
      { schema: { type: "object", properties: { total: { type: "object" } } } },
      { text: "= 3" },
    ],
    [
      { value: 4, tolerance: 0.5 },
      { schema: { type: "object", properties: { total: { type: "object" } } } },
      { text: "= 4" },
    ],
  ]);
  assert.deepEqual(suite.scorers.map(({ name }) => name), ["numeric", "json", "sentence"]);
});

Deno.test("loadSuite() knows a suite by what is asked and judged, whatever runs it", async () => {
  const base =
    "agent: echo\ncases:\n  - { id: a, prompt: one }\n  - { id: b, prompt: two }\nscorers: [completed]\n";
  const hash = async (yaml: string) => (await suiteOf({ "suite.yaml": yaml })).hash;
  const same = await hash(base);
  assert.equal(await hash(base.replace("agent: echo", "agent: other\nrepeats: 3\nconcurrency: 2")), same);
  assert.equal(
    await hash(
      "agent: echo\ncases:\n  - { id: b, prompt: two }\n  - { id: a, prompt: one }\nscorers: [completed]\n",
    ),
    same,
  );
  for (
    const [from, to] of [["one", "ONE"], ["id: a", "id: c"], ["[completed]", "[completed, max_steps: 3]"]]
  ) {
    assert.notEqual(await hash(base.replace(from!, to!)), same, `${to}`);
  }
});

const BAD: readonly (readonly [name: string, suite: string, expected: RegExp])[] = [
  [
    "an unknown key",
    "agnt: echo\ncases: [{ prompt: a }]",
    /suite\.yaml:1: agnt is not a known key: did you mean "agent"/,
  ],
  ["no agent", "cases: [{ prompt: a }]", /suite\.yaml:1: agent is missing.*agent: NAME/],
  ["no cases", "agent: echo", /cases is missing/],
  ["an empty list", "agent: echo\ncases: []", /suite\.yaml:2: cases must not be empty/],
  [
    "a case without a prompt",
    "agent: echo\ncases:\n  - { id: x }",
    /suite\.yaml:3: cases\[0\] has no prompt \(case x\)/,
  ],
  [
    "a case twice",
    "agent: echo\ncases:\n  - { id: x, prompt: a }\n  - { id: x, prompt: b }",
    /suite\.yaml:4: case "x" is there already, at .*suite\.yaml:3/,
  ],
  [
    "an unknown scorer",
    "agent: echo\ncases: [{ prompt: a }]\nscorers:\n  - numerc: 3",
    /suite\.yaml:4: scorers\[0\]\.numerc names no scorer: got "numerc", did you mean "numeric"\?/,
  ],
  [
    "a scorer that passes for what a run took",
    "agent: echo\ncases: [{ prompt: a }]\nscorers:\n  - { name: cost, numeric: 3 }",
    /suite\.yaml:4: scorers\[0\].* has a name that says it judges what a run took: got "cost"/,
  ],
  [
    "a scorer's bad setting",
    "agent: echo\ncases: [{ prompt: a }]\nscorers:\n  - numeric: { value: 3, tolerence: 1 }",
    /suite\.yaml:4: scorers\[0\]\.numeric cannot be set up: .*tolerence/,
  ],
  [
    "a bad setting of one case",
    "agent: echo\ncases: [{ id: q, prompt: a, vars: { want: many } }]\nscorers:\n  - numeric: '{{want}}'",
    /suite\.yaml:4: scorers\[0\]\.numeric cannot be set up: .*\(case "q", .*suite\.yaml:2\)/,
  ],
  [
    "a missing column",
    "agent: echo\ncases: [{ id: q, prompt: a, vars: { want: 1 } }]\nscorers:\n  - contains: '{{wnat}}'",
    /suite\.yaml:4: scorers\[0\]\.contains uses \{\{wnat\}\}, a column that is missing \(case "q", .*suite\.yaml:2\).* Try: want/,
  ],
  [
    "a missing column of a prompt",
    "agent: echo\ncases:\n  - { id: q, prompt: 'say {{x}}', vars: { y: 1 } }",
    /suite\.yaml:3: cases\[0\]\.prompt uses \{\{x\}\}, a column that is missing \(case "q"/,
  ],
  [
    "two variants of a name",
    "agent: echo\nvariants: [{ name: a }, { name: a }]\ncases: [{ prompt: a }]",
    /variants\[1\]\.name is the second "a"/,
  ],
  [
    "a gate's unknown scorer",
    "agent: echo\ncases: [{ prompt: a }]\nscorers: [completed]\ngate: { scorer: complete }",
    /suite\.yaml:4: gate\.scorer is no scorer of this suite: got "complete", did you mean "completed"/,
  ],
  ["a missing file", "agent: echo\ncases: [{ file: no.jsonl }]", /no\.jsonl: there is no such file/],
  [
    "a file of another kind",
    "agent: echo\ncases: [{ file: a.cvs }]",
    /a\.cvs: its name does not say what it is.*\.csv/,
  ],
  [
    "a column in what is run",
    "agent: echo\ncases: [{ prompt: a, vars: { want: b } }]\nscorers:\n  - command: 'echo {{want}}'",
    /suite\.yaml:4: scorers\[0\]\.command has a column in its command, where data would be run/,
  ],
  [
    "a bad line",
    "agent: echo\ncases: [{ file: bad.jsonl }]",
    /bad\.jsonl:2: it is no JSON object: got "nonsense"/,
  ],
  ["a row too short", "agent: echo\ncases: [{ file: bad.csv }]", /bad\.csv:3: /],
  ["a row without a prompt", "agent: echo\ncases: [{ file: none.csv }]", /none\.csv:2: case k has no prompt/],
  [
    "an unknown run",
    "agent: echo\ncases: [{ run: '01234567' }]",
    /suite\.yaml:2: cases\[0\]\.run Cannot find run/,
  ],
  [
    "a prompt where stored runs are judged",
    "source: recorded\ncases: [{ id: p, prompt: a }]",
    /cases\[0\] is no stored run \(case p\)/,
  ],
];

for (const [name, yaml, expected] of BAD) {
  Deno.test(`loadSuite() names file, line and case of ${name}`, async () => {
    await using folder = await Folder.create({
      "suite.yaml": yaml,
      "bad.jsonl": '{"prompt":"a"}\nnonsense\n',
      "bad.csv": "id,prompt\na,b\nc\n",
      "none.csv": "id,question\nk,what\n",
    });
    await assert.rejects(folder.load(), (error) => {
      assert(error instanceof AgentOpError, String(error));
      assert.match(error.message, expected);
      assert(!error.message.includes("\n"));
      assert.equal(error.exitCode, 2);
      return true;
    });
  });
}

Deno.test("loadSuite() refuses a file of more cases than it takes, instead of leaving some out", async () => {
  await using folder = await Folder.create({
    "suite.yaml": "agent: echo\ncases: [{ file: many.jsonl }]\nscorers: [completed]\n",
    "many.jsonl": '{"prompt":"a"}\n'.repeat(100_001),
  });
  await assert.rejects(folder.load(), /many\.jsonl: it has more than 100000 cases/);
});
