import { grammarsLoaded } from "../draw/grammars.ts";
import { type Doc, docOf, type DocOptions } from "./doc.ts";
import type { Part } from "./part.ts";

interface Known {
  readonly parts: readonly Part[];
  readonly options: DocOptions;
  readonly grammars: number;
  readonly doc: Doc;
}

/** Remembers how the last few texts were laid out, as frames repeat the same question. */
export class DocMemo {
  readonly #keptMax: number;
  #known: readonly Known[] = [];

  constructor(keptMax = 2) {
    this.#keptMax = keptMax;
  }

  /** The parts laid out; the same object for the same parts and options. */
  doc(parts: readonly Part[], options: DocOptions): Doc {
    // What has its colours now looked otherwise before.
    const grammars = grammarsLoaded();
    const known = this.#known.find((it) =>
      it.parts === parts && it.grammars === grammars && areSame(it.options, options)
    );
    if (known) return known.doc;
    const doc = docOf(parts, options);
    this.#known = [{ parts, options, grammars, doc }, ...this.#known].slice(0, this.#keptMax);
    return doc;
  }
}

function areSame(a: DocOptions, b: DocOptions): boolean {
  return a.columns === b.columns && a.glyphs === b.glyphs && a.prefix === b.prefix && a.folds === b.folds &&
    a.depth === b.depth && (a.isWrapped ?? true) === (b.isWrapped ?? true);
}
