/** Colours of a chart on a light or a dark ground. */
export interface Theme {
  readonly name: ThemeName;
  readonly ground: string;
  readonly text: string;
  readonly dim: string;
  readonly grid: string;
  /** Told apart by people with any colour vision, neighbours also by lightness (after Okabe and Ito, 2008). */
  readonly series: readonly string[];
  /** For what belongs to no series. */
  readonly other: string;
  readonly bad: string;
  readonly wait: string;
  /** From little to much: one hue that only changes its lightness, so it reads without colours. */
  readonly heat: readonly string[];
}

/** The ground that a chart is drawn for. */
export type ThemeName = "light" | "dark";

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  light: {
    name: "light",
    ground: "#ffffff",
    text: "#1e2229",
    dim: "#5a6170",
    grid: "#e6e4de",
    series: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7a4f01", "#5b3a8e"],
    other: "#8b93a1",
    bad: "#d55e00",
    wait: "#f0c869",
    heat: ["#eaf2fa", "#c6dbef", "#9ecae1", "#6baed6", "#3182bd", "#08519c", "#08306b"],
  },
  dark: {
    name: "dark",
    ground: "#1a1d22",
    text: "#e5e7eb",
    dim: "#9ba3b0",
    grid: "#2f343c",
    series: ["#56b4e9", "#e69f00", "#2bbd8e", "#e29cc2", "#3f87c9", "#f0e442", "#a48bd6"],
    other: "#77808e",
    bad: "#ff8a4c",
    wait: "#b98a2c",
    heat: ["#1f2a38", "#24476b", "#2f6ea3", "#4f97cf", "#86bfe8", "#c9e4f8"],
  },
};

/**
 * On the ground of the page that shows it, in that page's own colours of text where it names them, as JupyterLab and VS Code do.
 * Series are those of a light ground: they can be told from a dark one too. Only what draws SVG knows such colours.
 */
export const HOSTED: Theme = {
  ...THEMES.light,
  ground: "transparent",
  text: "var(--jp-content-font-color1,var(--vscode-editor-foreground,#1e2229))",
  dim: "var(--jp-content-font-color2,var(--vscode-descriptionForeground,#5a6170))",
  grid: "var(--jp-border-color2,var(--vscode-editorWidget-border,#e6e4de))",
};

/** Series beyond these are drawn as one. */
export const SERIES_MAX = 6;

/** The font that comes with the program; browsers without it take their own. */
export const FONT = "Inter, system-ui, sans-serif";

/** The look that all charts share, as Vega-Lite's `config`. */
export function configOf(theme: Theme) {
  const { text, dim, grid, series } = theme;
  return {
    font: FONT,
    view: { stroke: null },
    title: {
      anchor: "start",
      align: "left",
      frame: "group",
      offset: 14,
      color: text,
      fontSize: 15,
      fontWeight: 600,
      subtitleColor: dim,
      subtitleFontSize: 11.5,
      subtitleFontWeight: 400,
      subtitlePadding: 5,
      lineHeight: 19,
      subtitleLineHeight: 15,
      limit: 0,
    },
    axis: {
      labelColor: dim,
      titleColor: dim,
      titleFontWeight: 400,
      titleFontSize: 11.5,
      labelFontSize: 11,
      gridColor: grid,
      domainColor: grid,
      tickColor: grid,
      labelPadding: 5,
      titlePadding: 9,
      labelLimit: 260,
    },
    axisX: { grid: false },
    axisY: { domain: false, ticks: false },
    legend: {
      orient: "bottom",
      direction: "horizontal",
      columns: 3,
      labelColor: text,
      titleColor: dim,
      titleFontWeight: 400,
      titleFontSize: 11.5,
      labelFontSize: 11.5,
      labelLimit: 220,
      symbolType: "square",
      symbolSize: 90,
      symbolStrokeWidth: 0,
      rowPadding: 4,
      columnPadding: 16,
      offset: 14,
    },
    range: { category: series, heatmap: theme.heat, ramp: theme.heat },
    text: { color: text, fontSize: 11 },
    rule: { color: dim },
    bar: { discreteBandSize: { band: 0.86 } },
  };
}
