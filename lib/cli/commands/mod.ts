/**
 * The list of commands, in the order `--help` shows them.
 *
 * @module
 */
import type { CliCommand } from "../command.ts";
import { agents } from "./agents.ts";
import { bisect } from "./bisect.ts";
import { completions } from "./completions.ts";
import { cost } from "./cost.ts";
import { db } from "./db.ts";
import { demo } from "./demo.ts";
import { diff } from "./diff.ts";
import { doctor } from "./doctor.ts";
import { execute } from "./execute.ts";
import { exportRun } from "./export.ts";
import { init } from "./init.ts";
import { memory } from "./memory.ts";
import { replay } from "./replay.ts";
import { run } from "./run.ts";
import { runs } from "./runs.ts";
import { show } from "./show.ts";
import { sim } from "./sim.ts";
import { sql } from "./sql.ts";
import { pause, resume, stop } from "./steer.ts";
import { tui } from "./tui.ts";
import { watch } from "./watch.ts";

export const COMMANDS: readonly CliCommand[] = [
  tui,
  init,
  demo,
  agents,
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
  bisect,
  exportRun,
  cost,
  sql,
  sim,
  db,
  doctor,
  completions,
  execute,
];
