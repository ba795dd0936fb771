import { VEGA_LITE_MIME } from "../../lib/charts/mod.ts";
import { type NotebookFile, readNotebook } from "../../lib/notebook/mod.ts";
import type { Lab } from "./lab.ts";

/** What the dots inside the box of an output say. */
export interface Seen {
  /** A view is what is shown as HTML: tables, runs, differences, … */
  readonly kind: "chart" | "view";
  readonly width: number;
  readonly height: number;
  /** How bright the ground is: that of most dots; 0 to 1. */
  readonly ground: number;
  /** Share of the dots that are not the ground. */
  readonly ink: number;
  /** Share of the dots that are neither ground nor grey: bars, lines and points, but no words and no axes. */
  readonly coloured: number;
  /** Contrast of what stands out most from the ground (WCAG 2, 1 to 21). */
  readonly contrast: number;
}

export type Theme = "light" | "dark";

/** All of a notebook is in view, so all of it is drawn. */
export const PAGE = { width: 1400, height: 9_000 };

/** Cells are put in one after the other, later on a busy machine. */
const DRAWN_MAX_MS = 30_000;
const CHART_MIN = { width: 300, height: 100, ink: 0.01, coloured: 0.002 };
const VIEW_MIN = { width: 80, height: 30, ink: 0.01, coloured: 0 };
/** That of text, by WCAG 2. */
const CONTRAST_MIN = 4.5;

/** What is wrong with an output as it is seen; nothing where all is well. */
export function problemOf(seen: Seen, theme: Theme): string | undefined {
  const least = seen.kind === "chart" ? CHART_MIN : VIEW_MIN;
  if (seen.width < least.width || seen.height < least.height) {
    return `it is ${Math.round(seen.width)} by ${Math.round(seen.height)} dots`;
  }
  if (seen.ink < least.ink) return "it is blank";
  if (seen.coloured < least.coloured) return "it has words and axes, but nothing is drawn";
  if (seen.contrast < CONTRAST_MIN) return `its text has a contrast of ${seen.contrast.toFixed(1)}`;
  if (theme === "light" && seen.ground < 0.7) return "its ground is dark in a light theme";
  if (theme === "dark" && seen.ground > 0.2) return "its ground is bright in a dark theme";
  return undefined;
}

/** Looks at the notebook in front on a page as large as `PAGE`. `path` is its file, as it is shown. */
export async function look(lab: Lab, path: string, theme: Theme): Promise<Look> {
  const wanted = wantedOf(await readNotebook(path));
  await lab.theme(theme);
  const end = performance.now() + DRAWN_MAX_MS;
  await lab.page.until(`(${countOutputs})() >= ${wanted.charts + wanted.views}`, DRAWN_MAX_MS).catch(
    () => {},
  );
  while (true) {
    const png = await lab.page.screenshot();
    const seen = JSON.parse(String(await lab.page.evaluate(seenIn(png)))) as readonly Seen[];
    const problems = problemsOf(seen, wanted, theme);
    if (problems.length === 0 || performance.now() > end) return { ...wanted, problems, png };
  }
}

interface Wanted {
  readonly charts: number;
  readonly views: number;
}

export interface Look extends Wanted {
  readonly problems: readonly string[];
  readonly png: Uint8Array;
}

function problemsOf(seen: readonly Seen[], wanted: Wanted, theme: Theme): readonly string[] {
  const problems: string[] = [];
  for (const kind of ["chart", "view"] as const) {
    const those = seen.filter((it) => it.kind === kind);
    const count = kind === "chart" ? wanted.charts : wanted.views;
    if (those.length !== count) problems.push(`${those.length} of ${count} ${kind}s are there`);
    for (const [index, it] of those.entries()) {
      const problem = problemOf(it, theme);
      if (problem) problems.push(`${kind} ${index + 1}: ${problem}`);
    }
  }
  return problems;
}

/** What the outputs in the file promise. */
function wantedOf(notebook: NotebookFile): Wanted {
  const bundles = notebook.cells.flatMap(({ outputs = [] }) => outputs)
    .flatMap((output) => "data" in output ? [output.data] : []);
  const charts = bundles.filter((it) => VEGA_LITE_MIME in it).length;
  return { charts, views: bundles.filter((it) => "text/html" in it && !(VEGA_LITE_MIME in it)).length };
}

/** A script that measures the outputs of the notebook in front on a picture of the page. */
function seenIn(png: Uint8Array): string {
  return `(${measure})(${JSON.stringify(png.toBase64())})`;
}

// What is below runs in the page.
// deno-lint-ignore no-explicit-any
declare const document: any, jupyterapp: any, createImageBitmap: any;
function countOutputs(): number {
  const front = jupyterapp.shell.currentWidget.node;
  return front.querySelectorAll(
    ".jp-RenderedVegaCommon5 svg.marks, .jp-RenderedHTMLCommon.jp-OutputArea-output",
  )
    .length;
}

async function measure(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const brightness = (rgb: readonly number[]) => {
    const [r, g, b] = rgb.map((it) =>
      (it / 255) <= 0.04045 ? it / 255 / 12.92 : ((it / 255 + 0.055) / 1.055) ** 2.4
    );
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const look = (kind: string, node: { getBoundingClientRect(): Record<string, number> }) => {
    const { x, y, width, height } = node.getBoundingClientRect() as Record<
      "x" | "y" | "width" | "height",
      number
    >;
    if (width < 1 || height < 1) return { kind, width, height, ground: 0, ink: 0, coloured: 0, contrast: 1 };
    const { data } = context.getImageData(Math.round(x), Math.round(y), Math.ceil(width), Math.ceil(height));
    const counts = new Map<number, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = data[at] << 16 | data[at + 1] << 8 | data[at + 2];
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    const partsOf = (colour: number) => [colour >> 16, colour >> 8 & 255, colour & 255];
    const ground = partsOf([...counts].reduce((most, it) => it[1] > most[1] ? it : most)[0]);
    let [ink, coloured, contrast] = [0, 0, 1];
    for (const [colour, count] of counts) {
      const parts = partsOf(colour);
      if (parts.every((it, part) => Math.abs(it - ground[part]!) < 32)) continue;
      ink += count;
      if (Math.max(...parts) - Math.min(...parts) > 60) coloured += count;
      const [one, two] = [brightness(parts), brightness(ground)];
      contrast = Math.max(contrast, (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05));
    }
    const dots = data.length / 4;
    return {
      kind,
      width,
      height,
      ground: brightness(ground),
      ink: ink / dots,
      coloured: coloured / dots,
      contrast,
    };
  };
  const front = jupyterapp.shell.currentWidget.node;
  const charts = [...front.querySelectorAll(".jp-RenderedVegaCommon5")];
  const views = [...front.querySelectorAll(".jp-RenderedHTMLCommon.jp-OutputArea-output")]
    .map((it) => [...it.querySelectorAll("table")].find((table) => table.checkVisibility()) ?? it);
  return JSON.stringify([...charts.map((it) => look("chart", it)), ...views.map((it) => look("view", it))]);
}
