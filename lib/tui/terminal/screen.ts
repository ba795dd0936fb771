import { parseOscColorResponse } from "@earendil-works/pi-tui/dist/terminal-colors.js";
import { desktopNotice } from "../../present/mod.ts";
import { CutReports } from "./cut_reports.ts";
import { FrameWriter } from "./frame_writer.ts";
import { isTerminalReport, KeyDecoder, type KeyInput } from "./keys.ts";
import { OwnTerminal } from "./own_terminal.ts";
import { mouseEvent, type PointerInput } from "./pointer.ts";
import { Selection } from "./selection.ts";
import type { Terminal } from "./terminal.ts";

export type { PointerInput } from "./pointer.ts";
export type { Terminal } from "./terminal.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenEvents {
  /** Draws the whole screen: one string per row, none wider than the screen. */
  draw(size: Size): readonly string[];
  onKey(input: KeyInput): void;
  onPointer(input: PointerInput): void;
  onResize(size: Size): void;
  /** What is at this place is pulled, not marked. */
  isGrip?(x: number, y: number): boolean;
  /** The mouse marked this text. */
  onMarked(text: string): void;
  /** The keyboard cannot be read. */
  onFailure(error: unknown): void;
  /** There is no terminal any more. */
  onClosed(): void;
}

const BACKGROUND_ANSWER_MS_MAX = 300;
const DRAIN_MS_MAX = 300;
const DRAIN_IDLE_MS = 20;
/** What a terminal far away takes to answer what it is asked at the start. */
const ANSWERS_MS_MAX = 500;
const ANSWERS_IDLE_MS = 150;
/** The other screen, on which rows end at the border. */
const ENTER = "\x1b[?1049h\x1b[?7l\x1b[2J\x1b[H\x1b[?25l";
const LEAVE_ROWS = "\x1b[?2026h\x1b[?7h\x1b[?2026l";
const LEAVE = "\x1b[?2026h\x1b[?1049l\x1b[?25h\x1b[?2026l";
/** Presses, and motion while a button is held, in SGR form. */
const MOUSE_ON = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/** The alternate screen of one terminal: paints frames, tells keys from answers. */
export class Screen {
  readonly #events: ScreenEvents;
  readonly #terminal: Terminal;
  readonly #frames = new FrameWriter();
  readonly #keys = new KeyDecoder();
  readonly #cut = new CutReports();
  readonly #selection = new Selection();
  #drawn: readonly string[] = [];
  #onBackground: ((answer: string | undefined) => void) | undefined;
  #running = false;
  #mouse: boolean;
  #repainting = false;
  #waiting = false;
  #startedMs = -Infinity;
  #pulling = false;

  constructor(events: ScreenEvents, options: { mouse: boolean; terminal?: Terminal }) {
    this.#events = events;
    this.#mouse = options.mouse;
    this.#terminal = options.terminal ?? new OwnTerminal({
      failure: (error) => events.onFailure(error),
      closed: () => events.onClosed(),
    });
  }

  get size(): Size {
    return { columns: this.#terminal.columns, rows: this.#terminal.rows };
  }

  /** True when the terminal can send keys such as ctrl+enter. */
  get hasExtendedKeys(): boolean {
    return this.#terminal.kittyProtocolActive;
  }

  /** The terminal may not have answered yet what it was asked at the start. */
  get #isAnswerDue(): boolean {
    return performance.now() - this.#startedMs < ANSWERS_MS_MAX;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#startedMs = performance.now();
    this.#frames.forget();
    this.#terminal.claim?.();
    this.#terminal.write(ENTER);
    this.#terminal.start((data) => this.#read(data), () => this.#events.onResize(this.size));
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
    this.#terminal.write(`${this.#mouse ? MOUSE_OFF : ""}${LEAVE_ROWS}\x1b[?25h`);
    this.#terminal.stop();
    this.#terminal.write(LEAVE);
  }

  /** Swallows key releases and answers still on their way, so that they do not end up in the shell. */
  async drain(): Promise<void> {
    if (this.#isAnswerDue) await this.#terminal.drainInput(DRAIN_MS_MAX, ANSWERS_IDLE_MS);
    else if (this.#terminal.kittyProtocolActive) await this.#terminal.drainInput(DRAIN_MS_MAX, DRAIN_IDLE_MS);
  }

  /** Paints once everything that came in the same moment was read; does not wait for a frame. */
  repaint(): void {
    if (this.#repainting) return;
    this.#repainting = true;
    queueMicrotask(() => {
      this.#repainting = false;
      if (this.#running) this.#paint();
    });
  }

  /** Draws everything again, for after another program used the terminal. */
  redraw(): void {
    this.#frames.forget();
    this.repaint();
  }

  /** A terminal that does not read is sent no more frames: they would pile up here, and it wants the last one only. */
  #paint(): void {
    if (this.#waiting) return;
    this.#waiting = this.#terminal.isBehind?.(() => {
      this.#waiting = false;
      this.repaint();
    }) ?? false;
    if (this.#waiting) return;
    const { size } = this;
    this.#drawn = this.#events.draw(size);
    const changes = this.#frames.write(this.#selection.shownOn(this.#drawn), size);
    if (changes !== "") this.#terminal.write(changes);
  }

  #read(piece: string): void {
    const data = this.#cut.join(piece, performance.now(), this.#isAnswerDue);
    if (data === undefined) return;
    // Pressed twice, read at once.
    if (data === "\x1b\x1b") return [..."\x1b\x1b"].forEach((key) => this.#read(key));
    if (isTerminalReport(data)) return this.#report(data);
    const input = this.#keys.decode(data);
    if (!input) return;
    if (this.#selection.clear()) this.repaint();
    this.#events.onKey(input);
  }

  #report(data: string): void {
    if (data.startsWith("\x1b]11;")) return this.#onBackground?.(data);
    const event = mouseEvent(data);
    if (!event) return;
    const { x, y, lines } = event;
    switch (event.type) {
      case "wheel":
        return this.#events.onPointer({ type: "wheel", x, y, lines });
      case "press":
        this.#pulling = this.#events.isGrip?.(x, y) ?? false;
        if (this.#pulling) return;
        this.#selection.press({ x, y }, this.#drawn, performance.now());
        return this.repaint();
      case "drag":
        if (this.#pulling) return this.#events.onPointer({ type: "drag", x, y });
        return this.#selection.drag({ x, y }, this.#drawn) ? this.repaint() : undefined;
      case "release": {
        if (this.#pulling) {
          this.#pulling = false;
          return;
        }
        const result = this.#selection.release(this.#drawn);
        if (!result) return;
        if ("click" in result) return this.#events.onPointer({ type: "click", x, y });
        if (result.text !== "") this.#events.onMarked(result.text);
      }
    }
  }

  setTitle(title: string): void {
    this.#terminal.setTitle(title);
  }

  /** Asks for the clipboard of the terminal, which may be on another machine (OSC 52): it does not answer. */
  copy(text: string): void {
    const bytes = new TextEncoder().encode(text);
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    this.#terminal.write(`\x1b]52;c;${btoa(binary)}\x07`);
  }

  /** A sound, or a notice on the desktop (OSC 9) from terminals that can. `text` is clean. */
  alert(how: "bell" | "desktop" | "none", text: string): void {
    if (!this.#running || how === "none") return;
    this.#terminal.write(how === "bell" ? "\x07" : desktopNotice(text));
  }

  /** `undefined` when the terminal does not say. */
  async background(): Promise<"dark" | "light" | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve(undefined), BACKGROUND_ANSWER_MS_MAX);
    this.#onBackground = resolve;
    this.#terminal.write("\x1b]11;?\x07");
    const answer = await promise;
    clearTimeout(timer);
    this.#onBackground = undefined;
    const color = answer === undefined ? undefined : parseOscColorResponse(answer)?.rgb;
    if (!color) return undefined;
    return 0.2126 * color.r + 0.7152 * color.g + 0.0722 * color.b > 127 ? "light" : "dark";
  }
}
