import { escapeText, messageOf, oneLine, reasonOf } from "../../core/mod.ts";
import type { TuiOptions, TuiServices } from "../ports.ts";
import { guard, onContinued, suspendProcess } from "../terminal/guard.ts";
import { NO_STATE, type ReadState, readState } from "./saved_state.ts";
import { firstScreen, loadScreens } from "./screen_list.ts";
import { Workbench } from "./workbench.ts";

const CRASH_LENGTH_MAX = 300;

/**
 * Runs the workbench on this process's terminal. Whatever ends it, the terminal is restored first. Throws what opening the
 * store throws.
 */
export async function startTui(services: TuiServices, options: TuiOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let ended = false;
  const leave = (then: () => void) => {
    if (ended) return;
    ended = true;
    try {
      workbench.restore();
    } catch { /* the terminal is gone: there is nothing to give back */ }
    unguard();
    unwatch();
    then();
  };
  const end = (code: number) => leave(() => resolve(code));
  const crash = (error: unknown) =>
    leave(() => {
      console.error(crashLine(error));
      resolve(1);
    });
  const saved = await loadSaved(services);
  const screens = await loadScreens([firstScreen(saved.state.screen)]);
  const workbench = new Workbench(services, options, {
    onExit: end,
    onCrash: crash,
    onUnopened: (error) => leave(() => reject(error)),
    suspend: suspendProcess,
  }, { saved, screens });
  const unguard = guard((ending) => {
    if (ending.type === "crash") return crash(ending.error ?? new Error("unknown"));
    // ^c in an editor that leaves it to the terminal.
    if (ending.signal === "SIGINT" && workbench.leavesInterrupts) return;
    end(ending.exitCode);
  });
  const unwatch = onContinued(() => workbench.resume());
  try {
    workbench.start();
  } catch (error) {
    crash(error);
  }
  return await promise;
}

/** What was kept of the last time; a file that cannot be read is one problem, not an end. */
async function loadSaved(services: TuiServices): Promise<ReadState> {
  try {
    return readState(await services.loadState?.());
  } catch (error) {
    return { state: NO_STATE, problems: [messageOf(error)] };
  }
}

function crashLine(error: unknown): string {
  const reason = escapeText(oneLine(reasonOf(error), CRASH_LENGTH_MAX));
  return `agentop: Cannot go on with the workbench: ${reason}. Try: start it again; runs are safe in the store`;
}
