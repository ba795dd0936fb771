import type { Cell } from "../../tests/support/virtual_terminal.ts";

const CELL_WIDTH = 8;
const CELL_HEIGHT = 16;
const FONT_SIZE = 13.3;
const MARGIN = 14;
const BAR_HEIGHT = 30;
const BASELINE = 12.5;
const GROUND = "#16181d";
const BAR = "#23262d";
const TEXT = "#d0d0d0";
const BASIC = [
  "#000000",
  "#cc5555",
  "#55aa55",
  "#ccaa55",
  "#5588cc",
  "#aa66aa",
  "#55aaaa",
  "#cccccc",
  "#666666",
  "#ff6e6e",
  "#7fd77f",
  "#ffd77f",
  "#7fb2ff",
  "#d79fd7",
  "#7fd7d7",
  "#ffffff",
];

interface Stretch {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly fg: string;
  readonly bg: string | undefined;
  readonly bold: boolean;
}

/** A terminal's screen as a picture of its own: no script, no font to load, text that can be searched. */
export function frameSvg(rows: readonly (readonly Cell[])[], { title }: { readonly title: string }): string {
  const columns = Math.max(...rows.map((row) => row.reduce((sum, cell) => sum + cell.width, 0)));
  const width = columns * CELL_WIDTH + 2 * MARGIN;
  const height = rows.length * CELL_HEIGHT + BAR_HEIGHT + 2 * MARGIN;
  const classes = new Map<string, string>();
  const classOf = (fg: string, bold: boolean) => {
    const style = `fill:${fg}${bold ? ";font-weight:bold" : ""}`;
    const name = classes.get(style) ?? `c${classes.size}`;
    classes.set(style, name);
    return name;
  };
  const grounds: string[] = [];
  const texts: string[] = [];
  rows.forEach((row, y) => {
    const top = BAR_HEIGHT + MARGIN + y * CELL_HEIGHT;
    const spans: string[] = [];
    for (const part of stretches(row)) {
      const x = MARGIN + part.column * CELL_WIDTH;
      if (part.bg !== undefined) {
        const wide = part.columns * CELL_WIDTH;
        grounds.push(`<path fill="${part.bg}" d="M${x} ${top}h${wide}v${CELL_HEIGHT}h-${wide}z"/>`);
      }
      const text = part.text.trim();
      if (text === "") continue;
      // Blanks at the ends are left out: readers of SVG do not agree about them.
      const before = part.text.length - part.text.trimStart().length;
      const shown = part.columns - (part.text.length - text.length);
      // The length keeps columns in step whatever font the reader has.
      const length = shown > 1 ? ` textLength="${shown * CELL_WIDTH}"` : "";
      spans.push(
        `<tspan x="${x + before * CELL_WIDTH}"${length} class="${classOf(part.fg, part.bold)}">${
          escaped(text)
        }</tspan>`,
      );
    }
    if (spans.length > 0) texts.push(`<text y="${top + BASELINE}">${spans.join("")}</text>`);
  });
  const styles = [...classes].map(([style, name]) => `.${name}{${style}}`).join("");
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map((color, at) =>
    `<circle cx="${MARGIN + 6 + at * 18}" cy="${BAR_HEIGHT / 2}" r="5.5" fill="${color}"/>`
  ).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
    escaped(title)
  }"><title>${
    escaped(title)
  }</title><style>text{font:${FONT_SIZE}px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}${styles}</style><rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/><path fill="${BAR}" d="M0 ${BAR_HEIGHT}V8a8 8 0 0 1 8-8h${
    width - 16
  }a8 8 0 0 1 8 8v${BAR_HEIGHT - 8}z"/>${dots}<text x="${width / 2}" y="${
    BAR_HEIGHT / 2 + 4.5
  }" text-anchor="middle" fill="#9a9fa8">${escaped(title)}</text>\n${grounds.join("\n")}\n${
    texts.join("\n")
  }\n</svg>\n`;
}

/** Neighbouring cells that look the same. Blanks of the plain ground end a stretch, so that nothing drifts. */
function stretches(row: readonly Cell[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let column = 0;
  for (const cell of row) {
    const [fg, bg] = colours(cell);
    const last = found.at(-1);
    const same = last && last.bg === bg && last.fg === fg && last.bold === cell.bold &&
      !(cell.char === " " && last.text.endsWith(" ")) && cell.width === 1 && isNarrow(last.text + cell.char);
    if (same) {
      found[found.length - 1] = { ...last, columns: last.columns + 1, text: last.text + cell.char };
    } else found.push({ column, columns: cell.width, text: cell.char, fg, bg, bold: cell.bold });
    column += cell.width;
  }
  return found;
}

/** Double-width characters stand alone, so that the others keep their columns. */
function isNarrow(text: string): boolean {
  return !/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/.test(text);
}

function colours(cell: Cell): readonly [string, string | undefined] {
  const fg = colour(cell.fg) ?? TEXT;
  const bg = colour(cell.bg);
  const [front, back] = cell.inverse ? [bg ?? GROUND, fg] : [fg, bg];
  return [cell.dim ? `${front}99` : front, back];
}

/** A colour of the 256, or `#rrggbb` itself. */
function colour(value: number | string | undefined): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  if (value < 16) return BASIC[value];
  const hex = (level: number) => level.toString(16).padStart(2, "0");
  if (value >= 232) return `#${hex(8 + (value - 232) * 10).repeat(3)}`;
  const level = (step: number) => hex(step === 0 ? 0 : 55 + step * 40);
  const index = value - 16;
  return `#${level(Math.floor(index / 36))}${level(Math.floor(index / 6) % 6)}${level(index % 6)}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}
