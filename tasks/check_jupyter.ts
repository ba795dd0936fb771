/**
 * Runs notebooks on the kernel with the front ends people have: 500 cells through nbclient, and Run All of 24 cells in
 * JupyterLab in a headless Chromium, five times. Not one output may be lost or in another cell. Where Python, JupyterLab or
 * Chromium cannot be had, it says so and leaves it out.
 *
 * @module
 */
import { join } from "node:path";
import { jupyterEnvironment, Lab } from "./jupyter/lab.ts";
import { stressCells, stressNotebook, type Tally, tallyOf } from "./jupyter/stress_notebook.ts";
import { chromiumProgram, NotHere, pythonTools } from "./jupyter/tools.ts";

const NBCLIENT_CELLS = 500;
const LAB_CELLS = 24;
const LAB_ROUNDS = 5;
const ROUND_MAX_MS = 60_000;
const RESTART_MAX_MS = 20_000;
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

async function inJupyterLab(programs: string, chromium: string, folder: string): Promise<boolean> {
  const cells = stressCells(LAB_CELLS);
  const path = join(folder, "run_all.ipynb");
  await Deno.writeTextFile(path, stressNotebook(cells));
  await using lab = await Lab.open(programs, chromium, folder, "run_all.ipynb");
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

function judge(name: string, tally: Tally, ms: number): boolean {
  const { cells, lost, foreign, first } = tally;
  console.log(
    `${name}: ${cells} cells, ${lost} outputs lost, ${foreign} misplaced (${(ms / 1000).toFixed(1)} s)`,
  );
  if (first !== undefined) console.error(first);
  return first === undefined;
}

const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "agentop-jupyter-" }));
try {
  const programs = await pythonTools(CACHE);
  const isRight = await throughNbclient(programs, folder);
  const chromium = await chromiumProgram();
  Deno.exitCode = await inJupyterLab(programs, chromium, folder) && isRight ? 0 : 1;
} catch (error) {
  if (!(error instanceof NotHere)) throw error;
  console.log(`left out: ${error.message}`);
} finally {
  await Deno.remove(folder, { recursive: true }).catch(() => {});
}
