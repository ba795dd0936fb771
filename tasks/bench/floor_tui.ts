/**
 * The least that a program on the terminal library can do: static lines and a selection. What the workbench is measured
 * against.
 */
import { ProcessTerminal, setCapabilities, TuiAltScreen } from "@earendil-works/pi-tui";

setCapabilities({ images: null, trueColor: true, hyperlinks: false });
const terminal = new ProcessTerminal();
const TOTAL = 10_000;
const lines = Array.from(
  { length: TOTAL },
  (_, at) => `  run-${at}  agent${at % 20}  mistral-small-latest  done`,
);
let selected = 0;
const tui = new TuiAltScreen(
  {
    start: (onInput, onResize) =>
      terminal.start((data) => {
        if (data === "q") {
          tui.stop({ preserveScreen: true });
          Deno.exit(0);
        }
        if (data !== "j" && data !== "k") return onInput(data);
        selected = Math.max(0, selected + (data === "j" ? 1 : -1));
        tui.requestRender();
      }, onResize),
    stop: () => terminal.stop(),
    drainInput: (maxMs, idleMs) => terminal.drainInput(maxMs, idleMs),
    write: (data) => terminal.write(data),
    get columns() {
      return terminal.columns;
    },
    get rows() {
      return terminal.rows;
    },
    get kittyProtocolActive() {
      return terminal.kittyProtocolActive;
    },
    moveBy: (count) => terminal.moveBy(count),
    hideCursor: () => terminal.hideCursor(),
    showCursor: () => terminal.showCursor(),
    clearLine: () => terminal.clearLine(),
    clearFromCursor: () => terminal.clearFromCursor(),
    clearScreen: () => terminal.clearScreen(),
    setTitle: (title) => terminal.setTitle(title),
    setProgress: (active) => terminal.setProgress(active),
    setProgramStatus: (status) => terminal.setProgramStatus(status),
  },
  true,
  undefined,
  { mouse: false },
);
tui.setLayoutRoot({
  render: () => [
    "AgentOp",
    ...lines.slice(0, terminal.rows - 2).map((row, at) => (at === selected ? `\x1b[7m${row}\x1b[0m` : row)),
    ` ${selected + 1} of ${TOTAL}`,
  ],
  invalidate() {},
});
tui.start();
