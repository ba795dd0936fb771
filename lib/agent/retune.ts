import { AgentOpError, nearest } from "../core/mod.ts";
import type { AgentConfig } from "./agent_config.ts";

/** What of a run can be changed while it is live, from its next step on. */
export type LiveSettings =
  & Partial<Pick<AgentConfig, "model">>
  & Partial<Pick<AgentConfig["parameters"], "temperature" | "topP" | "maxTokens" | "seed">>
  & Partial<Pick<AgentConfig["limits"], "maxSteps" | "timeoutSeconds" | "budgetUsd">>;

const PARAMETERS = ["temperature", "topP", "maxTokens", "seed"] as const;
const LIMITS = ["maxSteps", "timeoutSeconds", "budgetUsd"] as const;
export const LIVE_SETTINGS = ["model", ...PARAMETERS, ...LIMITS] as const;

const loadSchema = async () => (await import("./config_schema.ts")).liveSettings;

/** Reads `key=value` pairs. Throws `AgentOpError` that names the key. */
export async function readLiveSettings(given: Readonly<Record<string, string>>): Promise<LiveSettings> {
  const keys: readonly string[] = LIVE_SETTINGS;
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(given)) {
    if (!keys.includes(key)) {
      const guess = nearest(key, keys);
      throw new AgentOpError(`Cannot set ${key.slice(0, 60)} of a live run: it cannot be changed there`, {
        remedy: guess ? `${guess}=…` : keys.join(", "),
      });
    }
    const number = Number(text);
    values[key] = key === "model" || text.trim() === "" || !Number.isFinite(number) ? text : number;
  }
  const { data, error } = (await loadSchema()).safeParse(values);
  if (data) return data;
  const { path, message } = error.issues[0]!;
  const key = String(path[0] ?? "");
  throw new AgentOpError(`Cannot set ${key}: it ${message}: got "${given[key] ?? ""}"`, {
    remedy: `${key}=VALUE`,
  });
}

/** Settings that came through the store; `undefined` for what are none. */
export async function checkedLiveSettings(value: unknown): Promise<LiveSettings | undefined> {
  const { data } = (await loadSchema()).safeParse(value);
  return data && Object.keys(data).length > 0 ? data : undefined;
}

/** Without limits that would rise: nobody's word but a person's raises them. */
export function tightening(
  { limits }: Pick<AgentConfig, "limits">,
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const rises = (key: string, to: unknown) =>
    LIMITS.some((it) => it === key && !(typeof to === "number" && to <= (limits[it] ?? Infinity)));
  return Object.fromEntries(Object.entries(settings).filter(([key, to]) => !rises(key, to)));
}

/** The configuration with other settings. */
export function withSettings(config: AgentConfig, settings: LiveSettings): AgentConfig {
  return {
    ...config,
    ...picked(settings, ["model"]),
    parameters: { ...config.parameters, ...picked(settings, PARAMETERS) },
    limits: { ...config.limits, ...picked(settings, LIMITS) },
  };
}

/** What becomes another: from what, to what. */
export function changesBy(
  config: AgentConfig,
  settings: LiveSettings,
): Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>> {
  const before: Readonly<Record<string, unknown>> = {
    model: config.model,
    ...config.parameters,
    ...config.limits,
  };
  return Object.fromEntries(
    Object.entries(settings).filter(([key, to]) => before[key] !== to)
      .map(([key, to]) => [key, { from: before[key] ?? null, to }]),
  );
}

function picked<K extends keyof LiveSettings>(
  settings: LiveSettings,
  keys: readonly K[],
): Pick<LiveSettings, K> {
  return Object.fromEntries(
    keys.filter((key) => settings[key] !== undefined).map((key) => [key, settings[key]]),
  ) as Pick<LiveSettings, K>;
}
