import { join, resolve } from "node:path";
import { AgentOpError, LOST_REMEDY, lostSentence, type LostWrites, sentenceOf } from "../../../core/mod.ts";
import type { Config } from "../../config.ts";
import { editFile, editText } from "../../process/editor.ts";
import { keepCopy, loadTuiState, saveTuiState } from "./tui_state.ts";
import type { DemoEntry } from "../../../tui/mod.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";

export interface TuiFlags {
  readonly mouse?: boolean | undefined;
  readonly ascii?: boolean | undefined;
}

export const tui: CliCommand = {
  register(program, withContext) {
    program.command("tui").description("the full-screen workbench (also: agentop with no arguments)")
      .option("--no-mouse", "leave the mouse to the terminal")
      .option("--ascii", "draw with ASCII only")
      .action((options) => withContext((context) => openWorkbench(context, options)));
  },
};

/** Throws `AgentOpError`. */
function checkTerminal({ term }: Config): void {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new AgentOpError("Cannot open the workbench: this is not a terminal", {
      remedy: "agentop demo, or agentop --help",
    });
  }
  if (term === "dumb") {
    throw new AgentOpError('Cannot open the workbench: TERM is "dumb"', {
      remedy: "agentop demo, or another terminal",
    });
  }
}

/** Opens the workbench; its runs execute in processes of their own. */
export async function openWorkbench(context: Context, flags: TuiFlags): Promise<number> {
  checkTerminal(context.config);
  context.app.checkStorePath();
  const [
    { runTui },
    {
      approvalHelp,
      chatModels,
      createLauncher,
      deletePlanned,
      exportNamed,
      lazyStore,
      loadFinetune,
      loadNotebooks,
      loadOperate,
      planDeletion,
      pricedModels,
      scoreAsTyped,
      withoutKeys,
    },
  ] = await Promise.all([
    import("../../../tui/mod.ts"),
    import("../../../app/mod.ts"),
  ]);
  const { app, config } = context;
  let demos: readonly DemoEntry[] = [];
  const { store, open } = lazyStore(async () => {
    const opened = await app.remoteStore();
    const { runs } = await opened.listRuns({ limit: 1 });
    // Only a first start shows them: the simulator is not loaded for any other.
    if (runs.length === 0) demos = (await import("../../../simulator/mod.ts")).DEMOS;
    return opened;
  });
  let alerts: ReturnType<typeof app.alertsOver> | undefined;
  const editor = { command: config.editor, environment: withoutKeys(config) };
  return await runTui({
    store,
    host: app.host,
    storePath: resolve(config.storePath),
    timeZone: context.timeZone,
    endpoint: await endpointOf(config),
    agents: () => app.agentEntries(),
    ...createLauncher(app, store),
    operate: async (traceId, operation) =>
      await (await loadOperate()).operate({ store, host: app.host }, traceId, operation),
    judgeAlerts: (onDesktop) => (alerts ??= app.alertsOver(store, { onDesktop, isOffline: true })).hear(),
    planDeletion: (runIds) => planDeletion(store, runIds),
    deletePlanned: (plan) => deletePlanned(store, plan),
    exportRuns: (format, runIds) => exportNamed(app, format, runIds, new AbortController().signal),
    open,
    lostWrites: async () => (await store.lostWrites()).map(lostLine),
    demos: () => Promise.resolve(demos),
    ...stateIn(join(config.home, "tui.json")),
    keepCopy: (text) => keepCopy(join(config.home, "copied.txt"), text),
    openEditor: (text) => editText(editor, text),
    openFile: (path, line) => editFile(editor, path, line),
    play: async (speech) => await (await import("../../process/player.ts")).playSpeech(config, speech),
    trainings: async () => await (await loadFinetune()).trainingLogs(config),
    priceOf: (model, usage) => app.whatIf(model, usage),
    addToNotebook: async (name, shown) => await (await loadNotebooks()).addToNotebook(app, name, shown),
    ...approvalHelp(config),
    score: (typed) => scoreAsTyped({ store, host: app.host }, typed),
    pricedModels: () => pricedModels(app.host.now()),
    chatModels: () => chatModels(config, app.host.now()),
  }, {
    mouse: flags.mouse ?? true,
    ascii: flags.ascii ?? false,
    color: config.color === "none" ? "none" : "auto",
  });
}

const lostLine = (lost: LostWrites) => sentenceOf({ message: lostSentence(lost), remedy: LOST_REMEDY });

function stateIn(path: string) {
  return {
    loadState: () => loadTuiState(path),
    saveState: (state: unknown) => saveTuiState(path, state),
  };
}

async function endpointOf({ endpoint }: Config): Promise<string> {
  if (!endpoint) return "simulator (no key)";
  const url = endpoint.serverUrl ?? (await import("../../../providers/mod.ts")).serverUrlOf(endpoint);
  return new URL(url).host;
}
