import { join, resolve } from "node:path";
import type { App } from "../../../app/mod.ts";
import {
  type Host,
  LOST_REMEDY,
  lostSentence,
  type LostWrites,
  nowUs,
  sentenceOf,
  withoutKeys,
} from "../../../core/mod.ts";
import type { LazyStore } from "../../../store/mod.ts";
import type { TuiServices } from "../../../tui/mod.ts";
import type { Config } from "../../config.ts";
import { editFile, editText } from "../../process/editor.ts";
import { keepCopy, loadTuiState, saveTuiState } from "./tui_state.ts";

/** What the workbench is opened with. */
export interface Seat {
  readonly config: Config;
  readonly host: Host;
  readonly timeZone: string;
  /** The whole program, for everything but what is seen first: loaded when it is first asked for. */
  program(): Promise<App>;
}

/** What the workbench asks of the program. */
export interface WorkbenchServices extends AsyncDisposable {
  readonly services: TuiServices;
}

const inApp = () => import("../../../app/mod.ts");

/** Nothing but the store is opened, and nothing of the program loaded, before somebody asks for it. */
export async function workbenchServices(
  { config, host, timeZone, program }: Seat,
  { store, open }: LazyStore,
): Promise<WorkbenchServices> {
  const editor = { command: config.editor, environment: withoutKeys(config) };
  const alerts = alertsOf(program, store, host);
  const launcher = once(async () => (await inApp()).createLauncher(await program(), store));
  const approval = once(async () => (await inApp()).approvalHelp(config));
  const services: TuiServices = {
    store,
    host,
    storePath: resolve(config.storePath),
    timeZone,
    endpoint: await endpointOf(config),
    agents: async () => (await program()).agentEntries(),
    launch: async (request) => (await launcher()).launch(request),
    replay: async (request) => (await launcher()).replay(request),
    resume: async (traceId, limits) => (await launcher()).resume(traceId, limits),
    operate: async (traceId, operation) =>
      (await (await inApp()).loadOperate()).operate({ store, host }, traceId, operation),
    operateExperiment: async (experimentId, concurrency) =>
      (await (await inApp()).loadOperate()).operateExperiment({ store, host }, experimentId, concurrency),
    judgeAlerts: alerts.judge,
    planDeletion: async (runIds) => (await inApp()).planDeletion(store, runIds),
    deletePlanned: async (plan) => (await inApp()).deletePlanned(store, plan),
    exportRuns: async (format, runIds) =>
      (await inApp()).exportNamed(await program(), format, runIds, new AbortController().signal),
    open,
    lostWrites: async () => (await store.lostWrites()).map(lostLine),
    demos: async () => {
      const { runs } = await store.listRuns({ limit: 1 });
      // Only a first start shows them: the simulator is not loaded for any other.
      return runs.length > 0 ? [] : (await import("../../../simulator/mod.ts")).DEMOS;
    },
    ...stateIn(join(config.home, "tui.json")),
    keepCopy: (text) => keepCopy(join(config.home, "copied.txt"), text),
    openEditor: (text) => editText(editor, text),
    openFile: (path, line) => editFile(editor, path, line),
    play: async (speech) => await (await import("../../process/player.ts")).playSpeech(config, speech),
    trainings: async () =>
      (await (await inApp()).loadFinetune()).trainingLogs(config, (await program()).redactor),
    priceOf: async (model, usage) => (await program()).whatIf(model, usage),
    addToNotebook: async (name, shown) =>
      (await (await inApp()).loadNotebooks()).addToNotebook(await program(), name, shown),
    fileChange: async (target) => (await approval()).fileChange(target),
    argumentsText: async (args) => (await approval()).argumentsText(args),
    readArguments: async (text) => (await approval()).readArguments(text),
    score: async (typed) => (await inApp()).scoreAsTyped({ store, host }, typed),
    pricedModels: async () => (await inApp()).pricedModels(host.now()),
    chatModels: async () => (await inApp()).chatModels(config, host.now()),
  };
  return { services, [Symbol.asyncDispose]: alerts.close };
}

/** Rules look at what ended. Without one that is due it costs one question to the store. */
function alertsOf(program: Seat["program"], store: LazyStore["store"], host: Host) {
  let desktop: (text: string) => void = () => {};
  const news = once(async () =>
    (await program()).alertsOver(store, { onDesktop: (text) => desktop(text), isOffline: true })
  );
  let opened: ReturnType<typeof news> | undefined;
  const hear = async () => {
    if (!opened && !await store.hasAlertsDue(nowUs(host))) return;
    (await (opened ??= news())).hear();
  };
  return {
    judge: (onDesktop: (text: string) => void) => {
      desktop = onDesktop;
      hear().catch(() => {}); // whoever reads the store meets the same trouble and says so
    },
    close: async () => void await (await opened)?.[Symbol.asyncDispose](),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

const lostLine = (lost: LostWrites) => sentenceOf({ message: lostSentence(lost), remedy: LOST_REMEDY });

function stateIn(path: string) {
  return {
    statePath: path,
    loadState: () => loadTuiState(path),
    saveState: (state: unknown) => saveTuiState(path, state),
  };
}

async function endpointOf({ endpoint }: Config): Promise<string> {
  if (!endpoint) return "simulator (no key)";
  const url = endpoint.serverUrl ?? (await import("../../../providers/mod.ts")).serverUrlOf(endpoint);
  return new URL(url).host;
}
