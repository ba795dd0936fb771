import {
  AgentOpError,
  fillInValue,
  isObject,
  nearest,
  reasonOf,
  remedyOf,
  type Scorer,
  type Vars,
} from "../../core/mod.ts";
import { isSpending } from "../../analysis/mod.ts";
import { loadScorers, type ScorerFactory } from "../../scorers/mod.ts";
import type { ScorerEntry } from "./schema.ts";

/** A scorer of a suite with the columns of one case in its settings. */
export interface ReadScorer {
  /** What its scores are called. */
  readonly name: string;
  readonly kind: string;
  readonly settings: unknown;
  /** As they are written, with columns in them. */
  readonly template: unknown;
}

/** What is wrong with a scorer, in words that follow its place. */
export class ScorerProblem extends Error {
  readonly remedy: string | undefined;
  constructor(problem: string, remedy?: string) {
    super(problem);
    this.remedy = remedy;
  }
}

const NAME = "name";

/** The scorers there are, by name, and those of a suite set up once where they are the same for every case. */
export class ScorerSetup {
  readonly #factories: ReadonlyMap<string, ScorerFactory>;
  readonly #shared = new WeakMap<ReadScorer, Scorer>();

  private constructor(factories: readonly ScorerFactory[]) {
    this.#factories = new Map(factories.map((it) => [it.name, it]));
  }

  static async load(): Promise<ScorerSetup> {
    return new ScorerSetup(await loadScorers());
  }

  /** Before columns are filled in. Throws `ScorerProblem`. */
  read(entry: ScorerEntry): ReadScorer {
    const { [NAME]: name, ...rest } = typeof entry === "string" ? { [entry]: undefined } : entry;
    const [kind, ...others] = Object.keys(rest);
    if (kind === undefined || others.length > 0) {
      throw new ScorerProblem("must have one scorer, with its settings indented deeper, and perhaps a name");
    }
    if (name !== undefined && (typeof name !== "string" || !/^[\p{L}\p{N}_ .-]{1,80}$/u.test(name))) {
      throw new ScorerProblem("must have a name of letters, digits and blanks", `${NAME}: short answer`);
    }
    const factory = this.#factories.get(kind);
    if (!factory) {
      const names = [...this.#factories.keys()];
      const guess = nearest(kind, names);
      throw new ScorerProblem(
        `names no scorer: got "${kind.slice(0, 60)}"${guess ? `, did you mean "${guess}"?` : ""}`,
        guess ? undefined : `one of ${names.join(", ")}`,
      );
    }
    if (typeof name === "string" && isSpending(name) && !isSpending(kind)) {
      throw new ScorerProblem(
        `has a name that says it judges what a run took: got "${name}"`,
        "another name",
      );
    }
    const settings = settingsOf(factory, rest[kind]);
    if (factory.runs !== undefined && isObject(settings) && String(settings[factory.runs]).includes("{{")) {
      throw new ScorerProblem(
        `has a column in its ${factory.runs}, where data would be run`,
        "what it reads has the columns: .vars",
      );
    }
    return { name: typeof name === "string" ? name : kind, kind, settings, template: settings };
  }

  /** Whether a command that the suite names would be run. */
  runsCommands(kind: string): boolean {
    return this.#factories.get(kind)?.runs !== undefined;
  }

  /** Whether it compares a run with that of the same case under the other variant. */
  needsRival({ kind, settings }: ReadScorer): boolean {
    const setting = this.#factories.get(kind)?.rival;
    return setting !== undefined && !(isObject(settings) && settings[setting] !== undefined);
  }

  /** With the columns of a case. One without any stays the same object. Throws `AgentOpError` for one that is not there. */
  fill(written: ReadScorer, vars: Vars): ReadScorer {
    return hasColumns(written) ? { ...written, settings: fillInValue(written.settings, vars) } : written;
  }

  /** Throws `ScorerProblem`. */
  create(scorer: ReadScorer): Scorer {
    const known = this.#shared.get(scorer);
    if (known) return known;
    const factory = this.#factories.get(scorer.kind)!;
    try {
      const created = factory.create(scorer.settings, scorer.template);
      if (scorer.settings === scorer.template) this.#shared.set(scorer, created);
      return created;
    } catch (error) {
      if (!(error instanceof AgentOpError)) throw error;
      const reason = reasonOf(error).replace(/^Cannot set up scorer "[^"]*": /, "");
      throw new ScorerProblem(`cannot be set up: ${reason}`, remedyOf(error));
    }
  }
}

/** Its settings differ from case to case. */
export function hasColumns({ template }: ReadScorer): boolean {
  return template !== undefined && JSON.stringify(template).includes("{{");
}

/** What stands after a scorer's name, as its factory takes it: a value alone is its main setting. */
function settingsOf(factory: ScorerFactory, written: unknown): unknown {
  if (written === undefined || written === null || written === true) return undefined;
  if (isObject(written)) return written;
  if (factory.setting === undefined) {
    throw new ScorerProblem(`has no main setting: ${factory.name} takes a map`, factory.example);
  }
  return { [factory.setting]: written };
}
