import { loadTables, traceRow } from "../../analysis/mod.ts";
import { AgentOpError, applyChanges, type TraceChanges } from "../../core/mod.ts";
import { loadWandb, type WandbRun } from "../../exporters/mod.ts";
import type { App } from "../app.ts";
import { checkedServer, HttpOut } from "./http_out.ts";

const BASE_URL = "https://api.wandb.ai";
const PROJECT = "agentop";

export interface WandbPlaceOptions {
  /** @default WANDB_PROJECT, else `agentop` */
  readonly project?: string;
  /** @default WANDB_ENTITY, else the key's own */
  readonly entity?: string;
  /** For one attempt of one request; ms. */
  readonly timeoutMs?: number;
  /** Attempts of one request. */
  readonly attemptsMax?: number;
}

/** Where runs go, as far as that is known without asking; `entity` is the key's own where it is absent. */
export function wandbPlace({ config: { secrets } }: App, choice: WandbPlaceOptions) {
  const entity = choice.entity ?? secrets.WANDB_ENTITY;
  return {
    baseUrl: checkedServer(secrets.WANDB_BASE_URL ?? BASE_URL, "wandb", "WANDB_BASE_URL"),
    project: choice.project ?? secrets.WANDB_PROJECT ?? PROJECT,
    ...(entity === undefined ? {} : { entity }),
  };
}

/** The name under which the store keeps what was sent. */
export const wandbTarget = ({ baseUrl, entity, project }: Record<"baseUrl" | "entity" | "project", string>) =>
  `wandb ${baseUrl} ${entity}/${project}`;

/** How a run becomes what is sent of it, with every secret taken out that is known by now. */
export async function wandbReader(app: App): Promise<(changes: TraceChanges) => WandbRun> {
  const [{ wandbRun }, { runRow }] = await Promise.all([loadWandb(), loadTables()]);
  return (changes) => {
    const safe = app.redactor.value(changes);
    const { trace } = applyChanges(undefined, safe);
    return wandbRun(trace, {
      figures: runRow(trace.run, app.host.now()),
      line: JSON.stringify(traceRow(trace.run.runId, safe)),
    });
  };
}

/** W&B as the configuration says, with a key that was tried. Throws `AgentOpError`. */
export async function openWandb(app: App, choice: WandbPlaceOptions & { readonly signal: AbortSignal }) {
  const key = app.config.secrets.WANDB_API_KEY?.trim();
  if (key === undefined) {
    throw new AgentOpError("Cannot export wandb: WANDB_API_KEY is not set", {
      remedy: "a key from https://wandb.ai/authorize in WANDB_API_KEY",
    });
  }
  const { baseUrl, project, ...named } = wandbPlace(app, choice);
  const { WandbApi, WandbRefusal, sendWandbRun } = await loadWandb();
  const read = await wandbReader(app);
  const { signal, timeoutMs, attemptsMax } = choice;
  const out = new HttpOut({
    host: app.host,
    what: "wandb",
    signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(attemptsMax === undefined ? {} : { attemptsMax }),
  });
  const api = new WandbApi({ baseUrl, key, send: out.fetch });
  const own = await api.defaultEntity();
  const place = { entity: named.entity ?? own, project };
  const known = new Map<string, Promise<string>>();
  return {
    Refusal: WandbRefusal,
    api,
    read,
    place,
    target: wandbTarget({ baseUrl, ...place }),
    url: () => `${appUrl(baseUrl)}/${encodeURIComponent(place.entity)}/${encodeURIComponent(project)}`,
    /** Sends a run with all that belongs to it. */
    send: async (changes: TraceChanges) => {
      await sendWandbRun(api, place, read(changes), known);
    },
  };
}

/** Where people look, of where programs send to. */
const appUrl = (baseUrl: string) => baseUrl.replace(/^https:\/\/api\.wandb\.ai$/, "https://wandb.ai");
