/**
 * The list of commands, in the order `--help` shows them. A command is `<name>/<name>.ts` and its line here; what only it prints
 * lies beside it, what others could use as well lies in a lower ring. The names it gives its arguments (`<run>`, `--agent
 * <agent>`) say what TAB offers for them, see `completions/values.ts`.
 *
 * @module
 */
import type { CliCommand } from "../frame/command.ts";
import { agents } from "./agents/agents.ts";
import { baseline } from "./baseline/baseline.ts";
import { bisect } from "./bisect/bisect.ts";
import { chart } from "./chart/chart.ts";
import { compare } from "./compare/compare.ts";
import { completions } from "./completions/completions.ts";
import { cost } from "./cost/cost.ts";
import { db } from "./db/db.ts";
import { demo } from "./demo/demo.ts";
import { diff } from "./diff/diff.ts";
import { doctor } from "./doctor/doctor.ts";
import { evalSuite } from "./eval/eval.ts";
import { execute } from "./execute/execute.ts";
import { experiments } from "./experiments/experiments.ts";
import { exportRuns } from "./export/export.ts";
import { help } from "./help/help.ts";
import { init } from "./init/init.ts";
import { kernel } from "./kernel/kernel.ts";
import { memory } from "./memory/memory.ts";
import { notebook } from "./notebook/notebook.ts";
import { pause } from "./pause/pause.ts";
import { replay } from "./replay/replay.ts";
import { resume } from "./resume/resume.ts";
import { review } from "./review/review.ts";
import { run } from "./run/run.ts";
import { runs } from "./runs/runs.ts";
import { score } from "./score/score.ts";
import { show } from "./show/show.ts";
import { sim } from "./sim/sim.ts";
import { sql } from "./sql/sql.ts";
import { stop } from "./stop/stop.ts";
import { trust } from "./trust/trust.ts";
import { tui } from "./tui/tui.ts";
import { watch } from "./watch/watch.ts";

export const COMMANDS: readonly CliCommand[] = [
  tui,
  init,
  demo,
  agents,
  trust,
  run,
  runs,
  show,
  watch,
  stop,
  pause,
  resume,
  replay,
  diff,
  memory,
  score,
  evalSuite,
  experiments,
  compare,
  review,
  baseline,
  bisect,
  exportRuns,
  cost,
  chart,
  sql,
  sim,
  notebook,
  kernel,
  db,
  doctor,
  completions,
  help,
  execute,
];
