import { type App, type ChartFormat, renderChart, writeChart } from "../../app/mod.ts";
import {
  type ChartFinding,
  type Drawing,
  drawPlot,
  hostedSpecOf,
  isNothing,
  specOf,
  type ThemeName,
  VEGA_LITE_MIME,
} from "../../charts/mod.ts";
import { AgentOpError, type Row, systemTimeZone } from "../../core/mod.ts";
import { DISPLAY, type Displayed, type MediaBundle } from "./display.ts";
import { type Table, tableOf } from "./table.ts";

const PLAIN_COLUMNS = 100;

/** A chart: its finding, its numbers, and every way to draw it. In a notebook it draws itself. */
export class Chart implements Displayed {
  /** The word it is known by, e.g. `cost`. */
  readonly name: string;
  /** The finding, as a sentence; why there is nothing to see where there is not. */
  readonly title: string;
  /** Of what, and what is not in it. */
  readonly subtitle: string;
  /** False where there is nothing to see; `title` says why. */
  readonly hasData: boolean;
  /** The numbers that are drawn. */
  readonly rows: Table<Row>;
  readonly #app: App;
  readonly #drawing: Drawing;
  readonly #theme: ThemeName | undefined;

  /** Use `studio.chart()`. */
  constructor(app: App, name: string, drawing: Drawing, theme?: ThemeName) {
    this.#app = app;
    this.#drawing = drawing;
    this.#theme = theme;
    this.name = name;
    this.hasData = !isNothing(drawing);
    this.title = isNothing(drawing) ? `No ${name} chart: ${drawing.nothing}` : drawing.title;
    this.subtitle = isNothing(drawing) ? `Try: ${drawing.remedy}` : drawing.subtitle;
    this.rows = isNothing(drawing)
      ? tableOf<Row>([], {}, { empty: this.title })
      : tableOf(drawing.rows, drawing.columns, { caption: drawing.title });
  }

  /** The Vega-Lite specification, data and look in it. Throws `AgentOpError` where there is nothing to see. */
  toSpec(): Readonly<Record<string, unknown>> {
    return specOf(this.#finding(), this.#theme);
  }

  /** As SVG text. Throws `AgentOpError` where there is nothing to see. */
  async toSVG(): Promise<string> {
    return await this.#rendered("svg") as string;
  }

  /** As the bytes of a PNG. Throws `AgentOpError` where there is nothing to see. */
  async toPNG(): Promise<Uint8Array> {
    return await this.#rendered("png") as Uint8Array;
  }

  /** As a page of its own that loads nothing, light and dark. Throws `AgentOpError` where there is nothing to see. */
  async toHTML(): Promise<string> {
    return await this.#rendered("html") as string;
  }

  /** As a terminal shows it, without colours. */
  toText(columns: number = PLAIN_COLUMNS): string {
    if (isNothing(this.#drawing)) return `${this.title}. ${this.subtitle}`;
    const plot = drawPlot(this.#drawing.text, { columns });
    return [
      this.title,
      this.subtitle,
      "",
      ...plot.map((line) => line.map(({ text }) => text).join("").trimEnd()),
    ]
      .join("\n");
  }

  /**
   * Writes it as what the file's name ends in: `.svg`, `.png`, `.html`, `.json`. Returns where it is.
   *
   * @throws {AgentOpError} There is nothing to see, or the file is there already.
   */
  async save(path: string, options: { readonly force?: boolean } = {}): Promise<string> {
    return await writeChart(this.#app, this.#finding(), path, { ...this.#look(), ...options });
  }

  /** Interactive where the front end knows Vega-Lite, in its light or dark look; else as a picture, else as text. */
  async [DISPLAY](): Promise<MediaBundle> {
    const plain = this.toText();
    if (isNothing(this.#drawing)) {
      const { loadHtml } = await import("../../exporters/mod.ts");
      return { "text/html": (await loadHtml()).noteHtml(plain), "text/plain": plain };
    }
    const [svg, png] = await Promise.all([this.toSVG(), this.toPNG()]);
    return {
      [VEGA_LITE_MIME]: this.#theme ? this.toSpec() : hostedSpecOf(this.#drawing),
      "image/svg+xml": svg,
      "image/png": base64(png),
      "text/plain": plain,
    };
  }

  #look(): { readonly theme?: ThemeName } {
    return this.#theme ? { theme: this.#theme } : {};
  }

  #finding(): ChartFinding {
    if (!isNothing(this.#drawing)) return this.#drawing;
    const { nothing, remedy } = this.#drawing;
    throw new AgentOpError(`Cannot draw ${this.name}: there is nothing to see: ${nothing}`, { remedy });
  }

  async #rendered(format: ChartFormat): Promise<string | Uint8Array> {
    return await renderChart(this.#finding(), format, {
      ...this.#look(),
      nowMs: this.#app.host.now(),
      timeZone: this.#app.config.timeZone ?? systemTimeZone(),
    });
  }
}

function base64(bytes: Uint8Array): string {
  return (bytes as Uint8Array & { toBase64(): string }).toBase64();
}
