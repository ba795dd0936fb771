import type { ChartFinding } from "./frame/chart.ts";
import { configOf, HOSTED, type Theme, type ThemeName, THEMES } from "./frame/theme.ts";

/** What JupyterLab draws; it has nothing that draws later versions. The specifications keep to what both know. */
export const VEGA_LITE_MIME = "application/vnd.vegalite.v5+json";
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

const WIDTH = 680;
/** Beside what a front end has at its sides, and with names at the left, it is not to be scrolled. */
const WIDTH_HOSTED = 560;
const HEIGHT = 300;
const PADDING = 16;

/** The whole Vega-Lite specification of a chart: data, title and look in it, nothing to load. */
export function specOf(chart: ChartFinding, themeName: ThemeName = "light") {
  return specIn(chart, THEMES[themeName], WIDTH);
}

/** The same for a front end of notebooks: on its ground, light or dark, as it is now. */
export function hostedSpecOf(chart: ChartFinding) {
  const spec = specIn(chart, HOSTED, WIDTH_HOSTED);
  const title = { ...spec.config.title, frame: "bounds" }; // long ones begin above the names
  return {
    ...spec,
    config: { ...spec.config, title },
    usermeta: { embedOptions: { renderer: "svg" } },
  };
}

function specIn(chart: ChartFinding, theme: Theme, width: number) {
  return {
    $schema: SCHEMA,
    description: `${chart.title}. ${chart.subtitle}.`,
    title: { text: chart.title, subtitle: chart.subtitle },
    width,
    height: HEIGHT,
    padding: PADDING,
    background: theme.ground,
    autosize: { type: "pad", contains: "padding" },
    data: { values: chart.rows },
    ...chart.spec(theme),
    config: configOf(theme),
  };
}
