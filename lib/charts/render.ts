import { initWasm, Resvg } from "@resvg/resvg-wasm";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { plainFont } from "./font.ts";

/** A file may be this large, in dots. */
const PIXELS_MAX = 64_000_000;

/** Widths of characters of the font, as parts of its size. There is no canvas that could measure them. */
const NARROW = /[ijltf.,:;'|!()[\]{}I\s·-]/;
const WIDE = /[mwMW@%]|[\u2014\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60]/;
const CAPITAL = /[A-Z0-9$&+=<>~#?_]/;

function widthOf(item: { readonly fontSize?: number; readonly fontWeight?: unknown }, text: string): number {
  let units = 0;
  for (const char of text) {
    units += NARROW.test(char) ? 0.31 : WIDE.test(char) ? 0.9 : CAPITAL.test(char) ? 0.64 : 0.56;
  }
  return units * (item.fontSize ?? 11) * (Number(item.fontWeight) >= 600 ? 1.05 : 1);
}

interface Measures {
  width(item: { readonly fontSize?: number; readonly fontWeight?: unknown }, text: unknown): number;
}
(vega as unknown as { readonly textMetrics: Measures }).textMetrics.width = (item, text) =>
  widthOf(item, String(text ?? ""));

/** A Vega-Lite specification as SVG. It loads nothing: what would be fetched fails. */
export async function renderSvg(spec: unknown): Promise<string> {
  // The specifications are ours; their data is plain values.
  const compiled = compile(spec as TopLevelSpec, { logger: silent() });
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: "none",
    loader: noLoader(),
    logLevel: vega.Error,
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function noLoader(): vega.Loader {
  const refuse = () => Promise.reject(new Error("Cannot load: charts hold all that they show"));
  return { ...vega.loader(), load: refuse, sanitize: refuse, http: refuse, file: refuse } as vega.Loader;
}

function silent(): vega.LoggerInterface {
  return vega.logger(vega.Error);
}

/** Fonts besides the Latin ones, by the characters that need them: each takes time with every drawing. */
const MORE_FONTS = [
  {
    chars: /[\u0100-\u024f\u1e00-\u1eff]/,
    load: () =>
      import("@fontsource/inter/files/inter-latin-ext-400-normal.woff", { with: { type: "bytes" } }),
  },
  {
    chars: /[\u0370-\u03ff]/,
    load: () => import("@fontsource/inter/files/inter-greek-400-normal.woff", { with: { type: "bytes" } }),
  },
  {
    chars: /[\u0400-\u04ff]/,
    load: () => import("@fontsource/inter/files/inter-cyrillic-400-normal.woff", { with: { type: "bytes" } }),
  },
] as const;

const unpacked = new Map<(typeof MORE_FONTS)[number], Promise<Uint8Array>>();

function plainOnce(font: (typeof MORE_FONTS)[number]): Promise<Uint8Array> {
  const known = unpacked.get(font) ?? font.load().then((it) => plainFont(it.default));
  unpacked.set(font, known);
  return known;
}

let ready: Promise<readonly Uint8Array[]> | undefined;

/** SVG as PNG, `scale` dots per unit. The fonts are part of the program: without them there would be no text. */
export async function renderPng(svg: string, scale = 2): Promise<Uint8Array> {
  ready ??= prepare();
  const more = MORE_FONTS.filter(({ chars }) => chars.test(svg)).map(plainOnce);
  const fontBuffers = [...await ready, ...await Promise.all(more)];
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: "Inter", sansSerifFamily: "Inter" },
  });
  try {
    if (resvg.width * resvg.height * scale ** 2 > PIXELS_MAX) {
      throw new RangeError("Cannot draw a PNG of this size");
    }
    const image = resvg.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    resvg.free();
  }
}

async function prepare(): Promise<readonly Uint8Array[]> {
  const [wasm, ...fonts] = await Promise.all([
    import("@resvg/resvg-wasm/index_bg.wasm", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-latin-400-normal.woff", { with: { type: "bytes" } }),
    import("@fontsource/inter/files/inter-latin-600-normal.woff", { with: { type: "bytes" } }),
  ]);
  await initWasm(wasm.default);
  return fonts.map((font) => plainFont(font.default));
}
