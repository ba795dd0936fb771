import type {
  Columns,
  Experiment,
  JudgedRun,
  Row,
  Run,
  SideFigures,
  SpanFacts,
  Trace,
  UsageFacts,
} from "../../core/mod.ts";
import type { CacheReport, ForkTree } from "../../analysis/mod.ts";
import type { Theme } from "./theme.ts";
import type { TextChart } from "../terminal/text_chart.ts";

/** An experiment in figures. */
export interface ChartedExperiment {
  readonly experiment: Experiment;
  /** Of its variants, or of those that were asked for. */
  readonly sides: readonly SideFigures[];
}

/** What charts are drawn from. A chart reads only what it says it needs. */
export interface ChartData {
  /** Newest first. */
  readonly runs: readonly Run[];
  readonly usage: readonly UsageFacts[];
  readonly spans: readonly SpanFacts[];
  readonly judged: readonly JudgedRun[];
  /** Of the one run that the chart is about. */
  readonly trace?: Trace;
  /** All replays and forks it belongs to. */
  readonly family?: ForkTree;
  /** What prompt caches did for the runs. */
  readonly cache?: CacheReport;
  /** As they were named. */
  readonly experiments?: readonly ChartedExperiment[];
  readonly nowMs: number;
  /** IANA name; days and hours are those there. */
  readonly timeZone: string;
}

/** What a chart needs to know. `calls` are model calls, `attempts` their tries, `steps` model and tool calls that are steps. */
export type ChartNeed =
  | "runs"
  | "usage"
  | "calls"
  | "attempts"
  | "steps"
  | "judged"
  | "trace"
  | "family"
  | "cache"
  | "experiments";

/** One kind of chart: a file in `charts/` each. */
export interface ChartDefinition {
  /** The word after `agentop chart`. */
  readonly name: string;
  /** One line of help: what can be seen. */
  readonly about: string;
  /** About any number of runs, one, or any number of experiments. */
  readonly of: "runs" | "run" | "experiments";
  readonly needs: readonly ChartNeed[];
  draw(data: ChartData): Drawing;
}

/** A Vega-Lite specification without its look. */
export type Spec = Readonly<Record<string, unknown>>;

/** What can be seen in the data: one set of numbers for every way to draw it. */
export interface ChartFinding {
  /** The finding, as a sentence. */
  readonly title: string;
  /** Of what, and what is not in it. */
  readonly subtitle: string;
  /** The numbers that are drawn. */
  readonly columns: Columns;
  readonly rows: readonly Row[];
  readonly spec: (theme: Theme) => Spec;
  readonly text: TextChart;
}

/** Why there is nothing to see, in words. */
export interface NothingToDraw {
  readonly nothing: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A chart, or why there is none. */
export type Drawing = ChartFinding | NothingToDraw;

export function isNothing(drawing: Drawing): drawing is NothingToDraw {
  return "nothing" in drawing;
}
