/**
 * Runs notebooks on the kernel with the front ends people have: 500 cells through nbclient, and Run All of 24 cells in
 * JupyterLab in a headless Chromium, five times. Not one output may be lost or in another cell. Then it opens the notebooks of
 * `notebooks/` there, as they are and after Run All, in the light and the dark theme, and looks: charts are drawn, what is shown
 * can be read. Where Python, JupyterLab or Chromium cannot be had, it says so and leaves it out.
 *
 * `--look`: looks only; `--pictures DIR`: keeps what was seen.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { jupyterEnvironment, Lab } from "./jupyter/lab.ts";
import { look, PAGE, type Theme } from "./jupyter/look.ts";
import { stressCells, stressNotebook, type Tally, tallyOf } from "./jupyter/stress_notebook.ts";
import { chromiumProgram, NotHere, pythonTools } from "./jupyter/tools.ts";

const NBCLIENT_CELLS = 500;
const LAB_CELLS = 24;
const LAB_ROUNDS = 5;
const ROUND_MAX_MS = 60_000;
const RESTART_MAX_MS = 20_000;
const NOTEBOOKS = ["quickstart", "cost_analysis", "evaluation_scoring", "replay_diffs"];
/** A store of its own, and no model but the simulator. */
const UNSET = {
  MISTRAL_API_KEY: "",
  MISTRAL_SERVER_URL: "",
  MISTRAL_MODEL: "",
  AGENTOP_STORE: "",
  AGENTOP_AGENTS: "",
};
const CACHE = join(
  Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? ".", ".cache"),
  "agentop-studio",
);

/** True when nothing was wrong. */
async function throughNbclient(programs: string, folder: string): Promise<boolean> {
  const cells = stressCells(NBCLIENT_CELLS);
  const path = join(folder, "nbclient.ipynb");
  await Deno.writeTextFile(path, stressNotebook(cells));
  const begun = performance.now();
  const { success, stderr } = await new Deno.Command(join(programs, "jupyter"), {
    args: ["execute", "--inplace", "--timeout=120", path],
    cwd: folder,
    env: await jupyterEnvironment(join(folder, ".jupyter")),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    console.error(new TextDecoder().decode(stderr));
    return false;
  }
  return judge("nbclient", tallyOf(await Deno.readTextFile(path), cells), performance.now() - begun);
}

async function runsAll(lab: Lab, folder: string): Promise<boolean> {
  const cells = stressCells(LAB_CELLS);
  const path = join(folder, "run_all.ipynb");
  await Deno.writeTextFile(path, stressNotebook(cells));
  await lab.show("run_all.ipynb");
  const round = async (name: string): Promise<boolean> => {
    await lab.clear();
    const begun = performance.now();
    await lab.runAll(ROUND_MAX_MS);
    const tally = tallyOf(await Deno.readTextFile(path), cells);
    return judge(`JupyterLab, Run All, ${name}`, tally, performance.now() - begun);
  };
  let isRight = true;
  for (let number = 1; number <= LAB_ROUNDS; number++) isRight = await round(`round ${number}`) && isRight;
  const restarted = await lab.restart(RESTART_MAX_MS);
  console.log(`JupyterLab, restart: idle again after ${(restarted / 1000).toFixed(1)} s`);
  return await round("after the restart") && isRight;
}

/** The notebooks as they are handed out, then with what they make here. */
async function looksRight(lab: Lab, folder: string): Promise<boolean> {
  await lab.page.resize(PAGE.width, PAGE.height);
  let isRight = true;
  for (const name of NOTEBOOKS) {
    const path = join(folder, `${name}.ipynb`);
    await lab.show(`${name}.ipynb`);
    for (const [when, themes] of [["as it is", ["light"]], ["after Run All", ["light", "dark"]]] as const) {
      if (when !== "as it is") await lab.runAll(ROUND_MAX_MS);
      for (const theme of themes) isRight = await looksRightIn(lab, path, { name, when, theme }) && isRight;
    }
  }
  return isRight;
}

async function looksRightIn(
  lab: Lab,
  path: string,
  { name, when, theme }: { readonly name: string; readonly when: string; readonly theme: Theme },
): Promise<boolean> {
  const begun = performance.now();
  const { charts, views, problems, png } = await look(lab, path, theme);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const said = `JupyterLab, ${name} ${when}, ${theme}`;
  console.log(`${said}: ${charts} charts, ${views} views, ${problems.length} problems (${seconds} s)`);
  for (const problem of problems) console.error(`    ${problem}`);
  if (pictures !== undefined) {
    await Deno.mkdir(pictures, { recursive: true });
    await Deno.writeFile(join(pictures, `${said.slice(12).replace(/\W+/g, "_")}.png`), png);
  }
  return problems.length === 0;
}

function judge(name: string, tally: Tally, ms: number): boolean {
  const { cells, lost, foreign, first } = tally;
  console.log(
    `${name}: ${cells} cells, ${lost} outputs lost, ${foreign} misplaced (${(ms / 1000).toFixed(1)} s)`,
  );
  if (first !== undefined) console.error(first);
  return first === undefined;
}

const { look: isLooking, pictures } = parseArgs({
  args: Deno.args,
  options: { look: { type: "boolean", default: false }, pictures: { type: "string" } },
}).values;
const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentop-jupyter-" }));
try {
  const programs = await pythonTools(CACHE);
  let isRight = isLooking || await throughNbclient(programs, folder);
  const chromium = await chromiumProgram();
  for (const name of NOTEBOOKS) await Deno.copyFile(`notebooks/${name}.ipynb`, join(folder, `${name}.ipynb`));
  const env = { ...UNSET, AGENTOP_HOME: join(folder, "home"), NO_COLOR: "1" };
  await using lab = await Lab.open(programs, chromium, folder, `${NOTEBOOKS[0]}.ipynb`, env);
  if (!isLooking) isRight = await runsAll(lab, folder) && isRight;
  isRight = await looksRight(lab, folder) && isRight;
  Deno.exitCode = isRight ? 0 : 1;
} catch (error) {
  if (!(error instanceof NotHere)) throw error;
  console.log(`left out: ${error.message}`);
} finally {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
}
