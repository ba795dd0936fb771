import { join, resolve } from "node:path";
import { AgentOpError, nowUs } from "../../core/mod.ts";
import { findAgents, resolveAgent } from "../agents.ts";
import { editFile, editText } from "../editor.ts";
import { tuiPrices } from "../tui_prices.ts";
import { loadTuiState, saveTuiState } from "../tui_state.ts";
import type { DemoEntry } from "../../tui/mod.ts";
import { lazyStore } from "../lazy_store.ts";
import type { CliCommand } from "../command.ts";
import type { Context } from "../context.ts";

export interface TuiFlags {
  readonly mouse?: boolean | undefined;
  readonly ascii?: boolean | undefined;
}

export const tui: CliCommand = {
  register(program, act) {
    program.command("tui").description("the full-screen workbench (also: agentop with no arguments)")
      .option("--no-mouse", "leave the mouse to the terminal")
      .option("--ascii", "draw with ASCII only")
      .action((options) => act((context) => openWorkbench(context, options)));
  },
};

/** Opens the workbench; its runs execute in processes of their own. */
export async function openWorkbench(context: Context, flags: TuiFlags): Promise<number> {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new AgentOpError(
      "Cannot open the workbench: this is not a terminal. Try: agentop demo, or agentop --help",
    );
  }
  if (context.config.term === "dumb") {
    throw new AgentOpError(
      'Cannot open the workbench: TERM is "dumb". Try: agentop demo, or another terminal',
    );
  }
  const { runTui } = await import("../../tui/mod.ts");
  const { config, host } = context;
  let demos: readonly DemoEntry[] = [];
  const { store, open } = lazyStore(async () => {
    const opened = await context.remoteStore();
    const { runs } = await opened.listRuns({ limit: 1 });
    // Only a first start shows them: the simulator is not loaded for any other.
    if (runs.length === 0) demos = (await import("../../simulator/mod.ts")).DEMOS;
    return opened;
  });
  const statePath = join(config.home, "tui.json");
  const settle = (ended: Promise<number>, traceId: string): void => {
    ended.then(async (code) => {
      const run = await store.getRun(traceId);
      if (run?.status !== "queued") return;
      const { failedToStart } = await import("../../agent/mod.ts");
      await store.write([failedToStart(run, `the runner process ended with code ${code}`, nowUs(host))]);
    }).catch(() => {}); // the workbench is closing
  };
  const follow = async (runId: string, traceId: string): Promise<void> => {
    const { startRunnerProcess } = await import("../runner_process.ts");
    settle(startRunnerProcess(context, runId), traceId);
  };
  return await runTui({
    store,
    host,
    storePath: resolve(config.storePath),
    endpoint: config.useSimulator
      ? "simulator (no key)"
      : config.mistralServerUrl === undefined
      ? "api.mistral.ai"
      : new URL(config.mistralServerUrl).host,
    agents: async () => {
      const found = await findAgents(config);
      const bundled = found.length > 0 ? [] : await bundledEntries(context);
      const { agentEntry } = await import("../agent_entry.ts");
      return await Promise.all([...found, ...bundled].map((agent) => agentEntry(context, agent)));
    },
    launch: async ({ agent, prompt, overrides, group, budgetUsd }) => {
      const { applyOverrides } = await import("../../agent/mod.ts");
      const { createRunner } = await import("../wiring.ts");
      const resolved = applyOverrides(await resolveAgent(agent, config), overrides ?? {});
      const limits = { ...resolved.limits, ...(budgetUsd === undefined ? {} : { budgetUsd }) };
      const runner = await createRunner(context, { queueOnly: true });
      const run = await runner.queue({ ...resolved, limits }, {
        prompt,
        tags: config.useSimulator ? { simulator: "true" } : {},
        ...(group === undefined ? {} : { group }),
      });
      await follow(run.runId, run.traceId);
      return { runId: run.runId, traceId: run.traceId };
    },
    replay: async (request) => {
      const { startReplay } = await import("../tui_replay.ts");
      const { ended, ...run } = await startReplay(context, request);
      settle(ended, run.traceId);
      return run;
    },
    resume: async (traceId) => {
      const run = await store.getRun(traceId);
      if (run) await follow(run.runId, traceId);
    },
    open,
    demos: () => Promise.resolve(demos),
    loadState: () => loadTuiState(statePath),
    saveState: (state) => saveTuiState(statePath, state),
    ...(config.editor === undefined ? {} : {
      openEditor: (text: string) => editText(config.editor!, text),
      openFile: (path: string) => editFile(config.editor!, path),
    }),
    ...tuiPrices(context),
  }, {
    mouse: flags.mouse ?? true,
    ascii: flags.ascii ?? false,
    color: config.color === "none" ? "none" : "auto",
  });
}

/** The demo agents, shown while there are no others. */
async function bundledEntries(context: Context) {
  const { BUNDLED_AGENTS } = await import("../../simulator/mod.ts");
  const { bundledAgent } = await import("../agents.ts");
  const names = Object.keys(BUNDLED_AGENTS).filter((file) => file.endsWith(".yaml"))
    .map((file) => file.replace(/\.yaml$/, ""));
  return await Promise.all(names.map(async (name) => {
    const agent = await bundledAgent(name, context.config);
    return { name, path: `${agent!.baseDir}/${name}.yaml`, config: agent! };
  }));
}
