/** A notebook whose every cell has outputs that no other cell has, and what they are. */
export interface StressCell {
  readonly code: string;
  /** `kind text`, text of one stream put together. */
  readonly expected: readonly string[];
}

const KINDS: readonly ((n: number) => StressCell)[] = [
  (n) => ({
    code: `for (let line = 0; line < 20; line++) console.log("c${n} line " + line);`,
    expected: [`stdout ${Array.from({ length: 20 }, (_, line) => `c${n} line ${line}\n`).join("")}`],
  }),
  (n) => ({ code: `"result ${n}"`, expected: [`execute_result "result ${n}"`] }),
  (n) => ({
    code:
      `await Deno.jupyter.display({ "text/plain": "shown ${n}" }, { raw: true });\nconsole.log("after ${n}");\n"last ${n}"`,
    expected: [`display_data shown ${n}`, `stdout after ${n}\n`, `execute_result "last ${n}"`],
  }),
  (n) => ({
    code:
      `console.error("err ${n}");\nDeno.stdout.writeSync(new TextEncoder().encode("raw ${n}\\n"));\nprocess.stdout.write("node ${n}\\n");\n${n}`,
    expected: [`stderr err ${n}\n`, `stdout raw ${n}\nnode ${n}\n`, `execute_result ${n}`],
  }),
  (n) => ({
    code:
      `for (let at = 0; at < 8; at++) await Deno.jupyter.display({ "text/plain": "d${n}-" + at }, { raw: true });`,
    expected: Array.from({ length: 8 }, (_, at) => `display_data d${n}-${at}`),
  }),
  (n) => ({
    code: `await new Promise((resolve) => setTimeout(resolve, 1));\nconsole.log("late ${n}");\n({ n: ${n} })`,
    expected: [`stdout late ${n}\n`, `execute_result { n: ${n} }`],
  }),
];

export function stressCells(count: number): readonly StressCell[] {
  return Array.from({ length: count }, (_, n) => KINDS[n % KINDS.length]!(n));
}

/** The text of a notebook file with these cells. */
export function stressNotebook(cells: readonly StressCell[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "agentop", display_name: "AgentOp Studio (Deno)", language: "typescript" },
    },
    cells: cells.map(({ code }, n) => ({
      cell_type: "code",
      id: `cell-${n}`,
      source: code,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  });
}

interface SavedOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly evalue?: string;
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Tally {
  readonly cells: number;
  readonly lost: number;
  readonly foreign: number;
  readonly first: string | undefined;
}

/** Compares a saved notebook with what its cells make: outputs that are missing, and outputs that are no cell's own. */
export function tallyOf(saved: string, cells: readonly StressCell[]): Tally {
  const found = (JSON.parse(saved) as { cells: readonly { outputs: readonly SavedOutput[] }[] }).cells
    .map(({ outputs }) => described(outputs));
  let [lost, foreign] = [0, 0];
  let first: string | undefined;
  for (const [n, { expected }] of cells.entries()) {
    const have = found[n] ?? [];
    lost += expected.filter((it) => !have.includes(it)).length;
    foreign += have.filter((it) => !expected.includes(it)).length;
    if (have.join("\0") === expected.join("\0")) continue;
    if (have.length === expected.length && lost + foreign === 0) foreign++; // in another order
    first ??= `cell ${n}: ${JSON.stringify(have)} instead of ${JSON.stringify(expected)}`;
  }
  return { cells: cells.length, lost, foreign, first };
}

function described(outputs: readonly SavedOutput[]): readonly string[] {
  const lines: string[] = [];
  for (const { output_type: type, name, text, evalue, data } of outputs) {
    const value = [text ?? data?.["text/plain"] ?? evalue ?? ""].flat().join("");
    // deno-lint-ignore no-control-regex
    const plain = value.replace(/\x1b\[[\d;]*m/g, "");
    const line = `${type === "stream" ? name : type} ${plain}`;
    if (type === "stream" && lines.at(-1)?.startsWith(`${name} `)) lines.push(lines.pop()! + plain);
    else lines.push(line);
  }
  return lines;
}
