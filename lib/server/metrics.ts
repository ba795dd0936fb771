import type { AnsweredRequest } from "./answered.ts";

/** Upper bounds, seconds. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60];

interface Answered {
  count: number;
  seconds: number;
  readonly buckets: number[];
}

/** A figure at one moment. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  /** @default "gauge" */
  readonly type?: "gauge" | "counter";
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Counts answered requests by route, method and status: as many series as the table has, whatever is asked for. */
export class RequestMetrics {
  readonly #answered = new Map<string, Answered>();

  note({ route, method, status, tookMs }: AnsweredRequest): void {
    const key = labels({ route, method, status: String(status) });
    const seconds = tookMs / 1000;
    const it = this.#answered.get(key) ?? { count: 0, seconds: 0, buckets: BUCKETS.map(() => 0) };
    it.count++;
    it.seconds += seconds;
    for (const [index, bound] of BUCKETS.entries()) if (seconds <= bound) it.buckets[index]!++;
    this.#answered.set(key, it);
  }

  /** Prometheus' text format 0.0.4, with other figures behind. */
  text(gauges: readonly Gauge[]): string {
    const name = "agentop_http_request_duration_seconds";
    const lines = [`# HELP ${name} Answered requests by route.`, `# TYPE ${name} histogram`];
    for (const [key, { count, seconds, buckets }] of this.#answered) {
      for (const [index, bound] of BUCKETS.entries()) {
        lines.push(`${name}_bucket{${key},le="${bound}"} ${buckets[index]}`);
      }
      lines.push(`${name}_bucket{${key},le="+Inf"} ${count}`);
      lines.push(`${name}_sum{${key}} ${seconds}`, `${name}_count{${key}} ${count}`);
    }
    for (const { name, help, type = "gauge", values } of gauges) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const { labels: of, value } of values) {
        lines.push(`${name}${of ? `{${labels(of)}}` : ""} ${value}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

function labels(of: Readonly<Record<string, string>>): string {
  return Object.entries(of).map(([name, value]) => `${name}="${value.replace(/["\\\n]/g, escaped)}"`).join(
    ",",
  );
}

function escaped(unit: string): string {
  return unit === "\n" ? "\\n" : `\\${unit}`;
}
