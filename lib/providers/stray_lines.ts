export interface StrayLineOptions {
  /** Everything else, in order. */
  readonly onText: (text: string) => void;
  /** A whole line of the kind, or as much of it as is kept. */
  readonly onLine: (line: string) => void;
  /** How much of a line is kept, UTF-16 units. */
  readonly maxChars: number;
}

/**
 * Takes lines that begin with `{` out of a text that arrives in pieces: Ollama, and gateways that give up, write errors between
 * the events of a stream that way, which parsers of such streams pass over.
 */
export class StrayLines {
  readonly #options: StrayLineOptions;
  #isLineStart = true;
  /** What has arrived of such a line. */
  #line: string | undefined;

  constructor(options: StrayLineOptions) {
    this.#options = options;
  }

  push(text: string): void {
    const begins = this.#isLineStart && text.startsWith("{");
    if (this.#line !== undefined || begins || text.includes("\n{")) {
      for (const piece of text.split(/(?<=\n)/)) this.#piece(piece);
    } else if (text !== "") {
      this.#isLineStart = text.endsWith("\n");
      this.#options.onText(text);
    }
  }

  /** The text is at its end: a line that was begun is whole. */
  end(): void {
    if (this.#line !== undefined) this.#options.onLine(this.#line);
    this.#line = undefined;
  }

  #piece(piece: string): void {
    if (this.#line === undefined && !(this.#isLineStart && piece.startsWith("{"))) {
      this.#isLineStart = piece.endsWith("\n");
      return this.#options.onText(piece);
    }
    this.#line = (this.#line ?? "") + piece;
    this.#isLineStart = piece.endsWith("\n");
    if (this.#isLineStart || this.#line.length > this.#options.maxChars) this.end();
  }
}
