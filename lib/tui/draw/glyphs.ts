import { RUN_STATUSES, type RunStatus } from "../../core/mod.ts";
import { type BranchSigns, STATUS_LOOKS } from "../../present/mod.ts";

/** Every sign that is not a letter, so that one switch makes the whole workbench ASCII. */
export interface Glyphs {
  readonly status: Readonly<Record<RunStatus, string>>;
  readonly box: {
    readonly horizontal: string;
    readonly vertical: string;
    readonly topLeft: string;
    readonly topRight: string;
    readonly bottomLeft: string;
    readonly bottomRight: string;
  };
  /** From empty to full. */
  readonly spark: readonly string[];
  readonly barFull: string;
  readonly barTrack: string;
  readonly barThin: string;
  readonly pointer: string;
  readonly marked: string;
  readonly open: string;
  readonly closed: string;
  readonly branch: string;
  readonly lastBranch: string;
  /** Before a figure: of all that is below it as well. */
  readonly sum: string;
  readonly through: string;
  readonly up: string;
  readonly down: string;
  readonly enter: string;
  readonly fork: string;
  readonly ellipsis: string;
  readonly dot: string;
  readonly arrow: string;
  readonly times: string;
  readonly scrollThumb: string;
  readonly spinner: readonly string[];
  /** A bar's last column, from an eighth to full. */
  readonly eighths: readonly string[];
  /** Dots two by four in a column draw finer charts. */
  readonly hasBraille: boolean;
  /** Time spent waiting, in a lane. */
  readonly wait: string;
  readonly bookmark: string;
  readonly bullet: string;
  /** An interval on a lane: its ends, what is between them, and the mean in it. */
  readonly interval: {
    readonly low: string;
    readonly high: string;
    readonly line: string;
    readonly mean: string;
  };
}

function statusGlyphs(set: "glyph" | "ascii"): Glyphs["status"] {
  return Object.fromEntries(
    RUN_STATUSES.map((status) => [status, STATUS_LOOKS[status][set]]),
  ) as Glyphs["status"];
}

export const UNICODE: Glyphs = {
  status: statusGlyphs("glyph"),
  box: {
    horizontal: "─",
    vertical: "│",
    topLeft: "╭",
    topRight: "╮",
    bottomLeft: "╰",
    bottomRight: "╯",
  },
  spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
  barFull: "█",
  barTrack: "·",
  barThin: "▏",
  pointer: "▶",
  marked: "◆",
  open: "▾",
  closed: "▸",
  branch: "├",
  lastBranch: "└",
  sum: "Σ",
  through: "│",
  up: "↑",
  down: "↓",
  enter: "⏎",
  fork: "↳",
  ellipsis: "…",
  dot: "·",
  arrow: "→",
  times: "×",
  scrollThumb: "┃",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
  eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
  hasBraille: true,
  wait: "╌",
  bookmark: "◆",
  bullet: "•",
  interval: { low: "├", high: "┤", line: "─", mean: "●" },
};

export const ASCII: Glyphs = {
  status: statusGlyphs("ascii"),
  box: { horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+" },
  spark: ["_", ".", ":", "-", "=", "+", "*", "#"],
  barFull: "#",
  barTrack: ".",
  barThin: "|",
  pointer: ">",
  marked: "*",
  open: "v",
  closed: ">",
  branch: "|",
  lastBranch: "`",
  sum: "*",
  through: "|",
  up: "^",
  down: "v",
  enter: "Enter",
  fork: "Y",
  ellipsis: "~",
  dot: "-",
  arrow: "->",
  times: "x",
  scrollThumb: "#",
  spinner: ["|", "/", "-", "\\"],
  eighths: ["#"],
  hasBraille: false,
  wait: "~",
  bookmark: "@",
  bullet: "*",
  interval: { low: "[", high: "]", line: "=", mean: "o" },
};

/** What trees are drawn with: two columns a level. */
export function treeSigns({ through, branch, lastBranch, ellipsis }: Glyphs): BranchSigns {
  return {
    through: `${through} `,
    blank: "  ",
    branch: `${branch} `,
    lastBranch: `${lastBranch} `,
    cut: ellipsis,
  };
}
