import type { ChartFinding } from "./frame/chart.ts";
import { configOf, type ThemeName, THEMES } from "./frame/theme.ts";

/** What JupyterLab draws; it has nothing that draws later versions. The specifications keep to what both know. */
export const VEGA_LITE_MIME = "application/vnd.vegalite.v5+json";
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";

const WIDTH = 680;
const HEIGHT = 300;
const PADDING = 16;

/** The whole Vega-Lite specification of a chart: data, title and look in it, nothing to load. */
export function specOf(chart: ChartFinding, themeName: ThemeName = "light") {
  const theme = THEMES[themeName];
  return {
    $schema: SCHEMA,
    description: `${chart.title}. ${chart.subtitle}.`,
    title: { text: chart.title, subtitle: chart.subtitle },
    width: WIDTH,
    height: HEIGHT,
    padding: PADDING,
    background: theme.ground,
    autosize: { type: "pad", contains: "padding" },
    data: { values: chart.rows },
    ...chart.spec(theme),
    config: configOf(theme),
  };
}
