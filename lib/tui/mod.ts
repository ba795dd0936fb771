/**
 * The full-screen workbench: lists runs, launches agents and watches them live, all through the store.
 *
 * State and drawing are apart. Each folder in `screens/` has a key table, questions to the store, `update(model, msg):
 * [model, Effect[]]` and `view(model, env): Line[]`, both pure; effects are data which `app/` runs. `contract/` is what the
 * app and its screens agree on: screens import it and never the app. `widgets/` has the parts that screens share (lists,
 * panes, a text to read), `draw/` lines, boxes and themes, `terminal/` the screen and keyboard: the only folder that knows the
 * terminal library.
 *
 * @module
 */
import type { TuiOptions, TuiServices } from "./ports.ts";

export type { DemoEntry, TuiOptions, TuiServices } from "./ports.ts";

/**
 * Runs the workbench until the person leaves it and resolves with the exit code: 0, 1 after a crash (one line on stderr),
 * 128 + n after signal n. The terminal is restored by then, whatever happened. Needs stdin and stdout to be a terminal.
 * Throws what `services.open` throws.
 */
export async function runTui(services: TuiServices, options: TuiOptions = {}): Promise<number> {
  const { startTui } = await import("./app/start.ts");
  return await startTui(services, options);
}

/** Why parts of what `tui.json` holds are not used, one sentence each. */
export async function stateProblems(saved: unknown): Promise<readonly string[]> {
  const [{ readState }, { keymapOf }, { loadScreens }] = await Promise.all([
    import("./app/saved_state.ts"),
    import("./app/keymap.ts"),
    import("./app/screen_list.ts"),
  ]);
  const { state, problems } = readState(saved);
  return [...problems, ...keymapOf(state.keys, await loadScreens()).problems];
}
