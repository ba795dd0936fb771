import xterm from "@xterm/headless";
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import type { Terminal } from "../../lib/tui/terminal/screen.ts";

/** One character as it is drawn. Colours are numbers of the 256, or `#rrggbb`; absent is the terminal's own. */
export interface Cell {
  readonly char: string;
  readonly width: number;
  readonly fg: number | string | undefined;
  readonly bg: number | string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

/** A terminal in memory: what is written to it can be read back as the rows a person would see. */
export class VirtualTerminal implements Terminal {
  readonly #xterm: InstanceType<typeof xterm.Terminal>;
  #onInput: (data: string) => void = () => {};
  #onResize: () => void = () => {};
  /** Every byte written. */
  raw = "";
  readonly kittyProtocolActive = false;
  running = false;
  columns: number;
  rows: number;

  constructor(columns: number, rows: number) {
    [this.columns, this.rows] = [columns, rows];
    this.#xterm = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
    this.#xterm.loadAddon(new UnicodeGraphemesAddon());
  }

  start(onInput: (data: string) => void, onResize: () => void): void {
    this.running = true;
    [this.#onInput, this.#onResize] = [onInput, onResize];
  }

  stop(): void {
    this.running = false;
  }

  async drainInput(): Promise<void> {}

  write(data: string): void {
    this.raw += data;
    this.#xterm.write(data);
  }

  setTitle(): void {}

  /** One key sequence, as a terminal sends it. */
  send(sequence: string): void {
    this.#onInput(sequence);
  }

  resize(columns: number, rows: number): void {
    [this.columns, this.rows] = [columns, rows];
    this.#xterm.resize(columns, rows);
    this.#onResize();
  }

  /** What is on the screen once everything written so far was read. */
  async screen(): Promise<string> {
    await new Promise<void>((resolve) => this.#xterm.write("", resolve));
    const { active } = this.#xterm.buffer;
    return Array.from({ length: this.rows }, (_, y) => active.getLine(y)?.translateToString(true) ?? "").join(
      "\n",
    );
  }

  /** The screen with its colours. */
  async cells(): Promise<readonly (readonly Cell[])[]> {
    await this.screen();
    const { active } = this.#xterm.buffer;
    return Array.from({ length: this.rows }, (_, y) => {
      const row = active.getLine(y)!;
      const cells: Cell[] = [];
      for (let x = 0; x < this.columns; x++) {
        const cell = row.getCell(x)!;
        if (cell.getWidth() === 0) continue; // the second half of a wide character
        const color = (isDefault: boolean, isRgb: boolean, value: number) =>
          isDefault ? undefined : isRgb ? `#${value.toString(16).padStart(6, "0")}` : value;
        cells.push({
          char: cell.getChars() || " ",
          width: cell.getWidth(),
          fg: color(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
          bg: color(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
          bold: cell.isBold() !== 0,
          dim: cell.isDim() !== 0,
          inverse: cell.isInverse() !== 0,
        });
      }
      return cells;
    });
  }

  dispose(): void {
    this.#xterm.dispose();
  }
}
