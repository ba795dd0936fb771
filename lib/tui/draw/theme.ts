/** Colours by meaning. Views name a tone, never a colour. */
export type Tone =
  | "text"
  | "dim"
  | "strong"
  | "title"
  | "accent"
  | "ok"
  | "error"
  | "warn"
  | "live"
  | "waiting"
  | "border"
  | "focus"
  | "key"
  | "heading"
  | "agent"
  | "llm"
  | "tool"
  | "attempt"
  | "other"
  | "track"
  | "italic"
  | "chip";

/** What lies behind a whole row; `found` and `current` behind what a search found in it. */
export type Ground = "none" | "selected" | "marked" | "header" | "found" | "current";

export interface Theme {
  /** SGR parameters per tone, without `0`. Empty means the terminal's default. */
  readonly tones: Readonly<Record<Tone, string>>;
  readonly grounds: Readonly<Record<Ground, string>>;
}

export type ThemeName = "dark" | "light" | "16" | "none";

const c = (index: number) => `38;5;${index}`;

const DARK: Theme = {
  tones: {
    text: c(252),
    dim: c(245),
    strong: `1;${c(255)}`,
    title: `1;${c(255)}`,
    accent: c(75),
    ok: c(114),
    error: c(203),
    warn: c(221),
    live: c(81),
    waiting: c(215),
    border: c(239),
    focus: c(75),
    key: `1;${c(75)}`,
    heading: c(103),
    agent: c(141),
    llm: c(75),
    tool: c(114),
    attempt: c(180),
    other: c(109),
    track: c(237),
    italic: `3;${c(252)}`,
    chip: `1;${c(234)};48;5;75`,
  },
  grounds: {
    none: "",
    selected: "48;5;24",
    marked: "48;5;238",
    header: "48;5;235",
    found: "48;5;58",
    current: `1;${c(234)};48;5;221`,
  },
};

const LIGHT: Theme = {
  tones: {
    text: c(236),
    dim: c(243),
    strong: `1;${c(232)}`,
    title: `1;${c(232)}`,
    accent: c(25),
    ok: c(28),
    error: c(160),
    warn: c(130),
    live: c(31),
    waiting: c(166),
    border: c(250),
    focus: c(25),
    key: `1;${c(25)}`,
    heading: c(60),
    agent: c(91),
    llm: c(25),
    tool: c(28),
    attempt: c(94),
    other: c(66),
    track: c(253),
    italic: `3;${c(236)}`,
    chip: `1;${c(231)};48;5;25`,
  },
  grounds: {
    none: "",
    selected: "48;5;153",
    marked: "48;5;253",
    header: "48;5;254",
    found: "48;5;229",
    current: `1;${c(231)};48;5;130`,
  },
};

const SIXTEEN: Theme = {
  tones: {
    text: "",
    dim: "2",
    strong: "1",
    title: "1",
    accent: "36",
    ok: "32",
    error: "31",
    warn: "33",
    live: "36",
    waiting: "33",
    border: "2",
    focus: "36",
    key: "1;36",
    heading: "2",
    agent: "35",
    llm: "34",
    tool: "32",
    attempt: "33",
    other: "36",
    track: "2",
    italic: "3",
    chip: "1;7",
  },
  // One ground and one colour for the whole row: a piece of each tone inverted by itself is a patchwork.
  grounds: {
    none: "",
    selected: "22;30;46",
    marked: "4",
    header: "",
    found: "22;30;43",
    current: "22;1;37;45",
  },
};

/** No colour at all: bold, faint and inverse only. */
const NONE: Theme = {
  tones: {
    text: "",
    dim: "2",
    strong: "1",
    title: "1",
    accent: "1",
    ok: "",
    error: "1",
    warn: "1",
    live: "1",
    waiting: "1",
    border: "2",
    focus: "1",
    key: "1",
    heading: "2",
    agent: "",
    llm: "",
    tool: "",
    attempt: "",
    other: "",
    track: "2",
    italic: "3",
    chip: "7",
  },
  grounds: { none: "", selected: "22;7", marked: "4", header: "", found: "22;1;4", current: "22;1;7" },
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  dark: DARK,
  light: LIGHT,
  "16": SIXTEEN,
  none: NONE,
};
