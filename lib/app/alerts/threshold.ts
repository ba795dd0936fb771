import { AgentOpError, type AlertMetric, oneLine } from "../../core/mod.ts";

const NUMBER = /^-?\d{1,12}(?:\.\d{1,12})?$/;
const MS_BY_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A threshold as people type it: `0.05` or `$0.05`, `20%`, `30s`. Throws `AgentOpError`. */
export function readThreshold(metric: AlertMetric, text: string): number {
  const trimmed = text.trim();
  const [, digits = "", unit = ""] = /^\$?([-\d.]+) ?(ms|s|m|h|%)?$/.exec(trimmed) ?? [];
  const number = NUMBER.test(digits) ? Number(digits) : NaN;
  const value = scaled(metric, number, unit, trimmed.startsWith("$"));
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new AgentOpError(
    `Cannot use the threshold "${oneLine(text, 40)}": of ${metric} it must be ${EXPECTED[metric]}`,
    { remedy: EXAMPLE[metric] },
  );
}

function scaled(metric: AlertMetric, number: number, unit: string, isMoney: boolean): number | undefined {
  if (isMoney && metric !== "cost") return undefined;
  switch (metric) {
    case "latency":
      return unit in MS_BY_UNIT ? number * MS_BY_UNIT[unit]! : undefined;
    case "error_rate":
      return unit === "%" ? number / 100 : unit === "" && number <= 1 ? number : undefined;
    case "budget":
      return unit === "%" || unit === "" ? number : undefined;
  }
  return unit === "" ? number : undefined;
}

const EXPECTED: Readonly<Record<AlertMetric, string>> = {
  cost: "USD",
  tokens: "a number",
  error_rate: "a share, with % or up to 1",
  latency: "a time with its unit: ms, s, m or h",
  retries: "a number",
  score: "a number",
  budget: "per cent",
};

const EXAMPLE: Readonly<Record<AlertMetric, string>> = {
  cost: "--above 0.05",
  tokens: "--above 20000",
  error_rate: "--above 20%",
  latency: "--above 30s",
  retries: "--above 5",
  score: "--below 0.7",
  budget: "--above 80",
};
