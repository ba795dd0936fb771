// The parts of the library that are used, not its index: that would also load its editor, Markdown and image code.
import { ProcessTerminal, type Terminal } from "@earendil-works/pi-tui/dist/terminal.js";
import { setCapabilities } from "@earendil-works/pi-tui/dist/terminal-image.js";
import type { Component, TuiMouseEvent } from "@earendil-works/pi-tui/dist/tui.js";
import { TuiAltScreen } from "@earendil-works/pi-tui/dist/tui-alt-screen.js";
import { isTerminalReport, KeyDecoder, type KeyInput } from "./keys.ts";

export type { Terminal } from "@earendil-works/pi-tui/dist/terminal.js";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type PointerInput =
  | { readonly type: "click"; readonly x: number; readonly y: number }
  | { readonly type: "wheel"; readonly x: number; readonly y: number; readonly lines: number };

export interface ScreenEvents {
  /** Draws the whole screen: one string per row, none wider than the screen. */
  draw(size: Size): readonly string[];
  onKey(input: KeyInput): void;
  onPointer(input: PointerInput): void;
  onResize(size: Size): void;
}

const BACKGROUND_ANSWER_MS_MAX = 300;
const DRAIN_MS_MAX = 300;
const DRAIN_IDLE_MS = 20;
const WHEEL_LINES = 3;
/** Presses, and motion while a button is held, in SGR form. */
const MOUSE_ON = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/** The alternate screen of one terminal. The only class that talks to the terminal library's renderer. */
export class Screen {
  readonly #terminal: Terminal;
  readonly #tui: TuiAltScreen;
  #running = false;
  #mouse: boolean;
  #repainting = false;

  constructor(events: ScreenEvents, options: { mouse: boolean; terminal?: Terminal }) {
    // Without this the library would run a shell command inside tmux to learn what we never use.
    setCapabilities({ images: null, trueColor: true, hyperlinks: false });
    this.#mouse = options.mouse;
    const inner = options.terminal ?? new ProcessTerminal();
    const decoder = new KeyDecoder();
    this.#terminal = tapped(inner, {
      onInput: (data, forward) => {
        if (isTerminalReport(data)) return forward(data);
        const input = decoder.decode(data);
        if (input) events.onKey(input);
      },
      onResize: () => events.onResize(this.size),
    });
    this.#tui = new TuiAltScreen(this.#terminal, true, undefined, {
      // Ours to turn on and off, because the library cannot change it while it runs.
      mouse: false,
      wheelScrollLines: WHEEL_LINES,
    });
    const root: Component = {
      render: () => [...events.draw(this.size)],
      handleMouse: (event) => {
        const input = pointerOf(event);
        if (!input) return undefined;
        events.onPointer(input);
        return { handled: true, render: false };
      },
      invalidate() {},
    };
    this.#tui.setLayoutRoot(root);
  }

  get size(): Size {
    return { columns: this.#terminal.columns, rows: this.#terminal.rows };
  }

  /** True when the terminal can send keys such as ctrl+enter. */
  get hasExtendedKeys(): boolean {
    return this.#terminal.kittyProtocolActive;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#tui.start();
    if (this.#mouse) this.#terminal.write(MOUSE_ON);
  }

  setMouse(wanted: boolean): void {
    if (wanted === this.#mouse) return;
    this.#mouse = wanted;
    if (this.#running) this.#terminal.write(wanted ? MOUSE_ON : MOUSE_OFF);
  }

  /** Gives the terminal back as it was. May be called at any time, more than once, and from a signal. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    if (this.#mouse) this.#terminal.write(MOUSE_OFF);
    this.#tui.stop({ preserveScreen: true });
  }

  /** Swallows key releases still on their way, so that they do not end up in the shell. */
  async drain(): Promise<void> {
    if (this.#terminal.kittyProtocolActive) await this.#terminal.drainInput(DRAIN_MS_MAX, DRAIN_IDLE_MS);
  }

  /** Paints once everything that came in the same moment was read; does not wait for a frame. */
  repaint(): void {
    if (this.#repainting) return;
    this.#repainting = true;
    queueMicrotask(() => {
      this.#repainting = false;
      if (this.#running) this.#tui.renderNow();
    });
  }

  /** Draws everything again, for after another program used the terminal. */
  redraw(): void {
    if (this.#running) this.#tui.requestRender(true);
  }

  setTitle(title: string): void {
    this.#terminal.setTitle(title);
  }

  /** Asks for the clipboard of the terminal, which may be on another machine (OSC 52). */
  copy(text: string): void {
    const bytes = new TextEncoder().encode(text);
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    this.#terminal.write(`\x1b]52;c;${btoa(binary)}\x07`);
  }

  /** `undefined` when the terminal does not say. */
  async background(): Promise<"dark" | "light" | undefined> {
    const color = await this.#tui.queryTerminalBackgroundColor({ timeoutMs: BACKGROUND_ANSWER_MS_MAX });
    if (!color) return undefined;
    return 0.2126 * color.r + 0.7152 * color.g + 0.0722 * color.b > 127 ? "light" : "dark";
  }
}

function pointerOf(event: TuiMouseEvent): PointerInput | undefined {
  if (event.type === "wheel") {
    return { type: "wheel", x: event.screenX, y: event.screenY, lines: event.wheelDelta ?? 0 };
  }
  if (event.type === "click" && event.button === "left") {
    return { type: "click", x: event.screenX, y: event.screenY };
  }
  return undefined;
}

/** The same terminal, with input and size changes offered to us before the library sees them. */
function tapped(
  inner: Terminal,
  tap: { onInput: (data: string, forward: (data: string) => void) => void; onResize: () => void },
): Terminal {
  return {
    start: (onInput, onResize) =>
      inner.start((data) => tap.onInput(data, onInput), () => {
        tap.onResize();
        onResize();
      }),
    stop: () => inner.stop(),
    drainInput: (maxMs, idleMs) => inner.drainInput(maxMs, idleMs),
    write: (data) => inner.write(data),
    get columns() {
      return inner.columns;
    },
    get rows() {
      return inner.rows;
    },
    get kittyProtocolActive() {
      return inner.kittyProtocolActive;
    },
    moveBy: (lines) => inner.moveBy(lines),
    hideCursor: () => inner.hideCursor(),
    showCursor: () => inner.showCursor(),
    clearLine: () => inner.clearLine(),
    clearFromCursor: () => inner.clearFromCursor(),
    clearScreen: () => inner.clearScreen(),
    setTitle: (title) => inner.setTitle(title),
    setProgress: (active) => inner.setProgress(active),
  };
}
