/**
 * The list of commands, in the order `--help` shows them. A command is `<name>/<name>.ts` and its line here; what only it prints
 * lies beside it, what others could use as well lies in a lower ring. The names it gives its arguments (`<run>`, `--agent
 * <agent>`) say what TAB offers for them, see `completions/values.ts`. Only the command that was asked for is loaded, and all of
 * them where somebody has to choose: `--help`, completion, a word that is none.
 *
 * @module
 */
import type { CliCommand } from "../frame/command.ts";

type Load = () => Promise<CliCommand>;

const COMMANDS: Readonly<Record<string, Load>> = {
  tui: async () => (await import("./tui/tui.ts")).tui,
  init: async () => (await import("./init/init.ts")).init,
  demo: async () => (await import("./demo/demo.ts")).demo,
  agents: async () => (await import("./agents/agents.ts")).agents,
  trust: async () => (await import("./trust/trust.ts")).trust,
  run: async () => (await import("./run/run.ts")).run,
  runs: async () => (await import("./runs/runs.ts")).runs,
  show: async () => (await import("./show/show.ts")).show,
  watch: async () => (await import("./watch/watch.ts")).watch,
  stop: async () => (await import("./stop/stop.ts")).stop,
  tell: async () => (await import("./tell/tell.ts")).tell,
  set: async () => (await import("./set/set.ts")).set,
  pause: async () => (await import("./pause/pause.ts")).pause,
  resume: async () => (await import("./resume/resume.ts")).resume,
  replay: async () => (await import("./replay/replay.ts")).replay,
  diff: async () => (await import("./diff/diff.ts")).diff,
  memory: async () => (await import("./memory/memory.ts")).memory,
  score: async () => (await import("./score/score.ts")).score,
  eval: async () => (await import("./eval/eval.ts")).evalSuite,
  experiments: async () => (await import("./experiments/experiments.ts")).experiments,
  compare: async () => (await import("./compare/compare.ts")).compare,
  review: async () => (await import("./review/review.ts")).review,
  baseline: async () => (await import("./baseline/baseline.ts")).baseline,
  bisect: async () => (await import("./bisect/bisect.ts")).bisect,
  export: async () => (await import("./export/export.ts")).exportRuns,
  import: async () => (await import("./import/import.ts")).importRuns,
  finetune: async () => (await import("./finetune/finetune.ts")).finetune,
  cost: async () => (await import("./cost/cost.ts")).cost,
  speech: async () => (await import("./speech/speech.ts")).speech,
  cache: async () => (await import("./cache/cache.ts")).cache,
  proxy: async () => (await import("./proxy/proxy.ts")).proxy,
  record: async () => (await import("./record/record.ts")).record,
  budget: async () => (await import("./budget/budget.ts")).budget,
  alerts: async () => (await import("./alerts/alerts.ts")).alerts,
  statusline: async () => (await import("./statusline/statusline.ts")).statusline,
  chart: async () => (await import("./chart/chart.ts")).chart,
  sql: async () => (await import("./sql/sql.ts")).sql,
  sim: async () => (await import("./sim/sim.ts")).sim,
  serve: async () => (await import("./serve/serve.ts")).serve,
  keys: async () => (await import("./keys/keys.ts")).keys,
  vault: async () => (await import("./vault/vault.ts")).vault,
  notebook: async () => (await import("./notebook/notebook.ts")).notebook,
  kernel: async () => (await import("./kernel/kernel.ts")).kernel,
  db: async () => (await import("./db/db.ts")).db,
  doctor: async () => (await import("./doctor/doctor.ts")).doctor,
  completions: async () => (await import("./completions/completions.ts")).completions,
  help: async () => (await import("./help/help.ts")).help,
  execute: async () => (await import("./execute/execute.ts")).execute,
};

/** They say something of all the others. */
const OF_ALL: ReadonlySet<string> = new Set(["completions", "help"]);

/** What to register for a command line that begins with `word`: that command, or all. */
export function commandsFor(word: string | undefined): Promise<readonly CliCommand[]> {
  const isOne = word !== undefined && Object.hasOwn(COMMANDS, word) && !OF_ALL.has(word);
  return isOne ? Promise.all([COMMANDS[word]!()]) : allCommands();
}

export function allCommands(): Promise<readonly CliCommand[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
