import {
  type AlertChannel,
  type AlertDelivery,
  type DeliveryOutcome,
  type Host,
  reasonOf,
} from "../../core/mod.ts";
import { postChecked, ToolFailure } from "../../tools/mod.ts";
import { discordBody, slackBody, webhookBody } from "./messages.ts";
import { signedHeaders } from "./signature.ts";

/** A server that does not answer holds up the next message no longer than this. */
const TIMEOUT_MS = 10_000;
/** Waits between tries; the last one again and again. */
const WAITS_MS = [10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000] as const;
/** More than a day: then nobody waits for it any more. */
const ATTEMPTS_MAX = 30;
/** A server may ask to be left alone no longer. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** How long until somebody looks whether a variable is set now. */
const UNSET_WAIT_MS = 300_000;
const JITTER = 0.2;
const ERROR_MAX_CHARS = 200;

/** What delivering needs. */
export interface DeliveryMeans {
  readonly host: Host;
  /** What rules name. */
  readonly variables: Readonly<Partial<Record<string, string>>>;
  /** The program ends. */
  readonly signal: AbortSignal;
  readonly onDesktop?: (text: string) => void | Promise<void>;
  /** @default 10,000 */
  readonly timeoutMs?: number;
}

/** A try that failed; `isFinal`: so would all others. */
class DeliveryError extends Error {
  override readonly name = "DeliveryError";
  readonly isFinal: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: { readonly isFinal?: boolean; readonly retryAfterMs?: number } = {}) {
    super(message);
    this.isFinal = options.isFinal ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What a rule names is not set in this process: another one may have it. */
class UnsetError extends Error {
  override readonly name = "UnsetError";
}

/** Tries to deliver an alert once. Never throws. */
export async function deliver(delivery: AlertDelivery, means: DeliveryMeans): Promise<DeliveryOutcome> {
  const nowUs = means.host.now() * 1000;
  const { timeoutMs = TIMEOUT_MS } = means;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    await send(delivery, { ...means, signal: AbortSignal.any([means.signal, timeout]) });
    return { kind: "sent" };
  } catch (error) {
    const wait = (afterMs: number, counts: boolean, reason: string) =>
      ({ kind: "wait", error: reason, nextAtUs: nowUs + afterMs * 1000, counts }) as const;
    if (error instanceof UnsetError) return wait(UNSET_WAIT_MS, false, error.message);
    if (means.signal.aborted) return wait(0, true, "the program ended before there was an answer");
    const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonIn(error);
    const isOver = error instanceof DeliveryError && error.isFinal || delivery.attempts + 1 >= ATTEMPTS_MAX;
    if (isOver) return { kind: "failed", error: reason };
    const asked = error instanceof DeliveryError ? error.retryAfterMs : undefined;
    const backoff = WAITS_MS[Math.min(delivery.attempts, WAITS_MS.length - 1)]!;
    const spread = 1 + JITTER * (means.host.random() - 0.5);
    return wait(Math.max(asked ?? 0, backoff * spread), true, reason);
  }
}

async function send(delivery: AlertDelivery, means: DeliveryMeans): Promise<void> {
  const { alert, channel, deliveryId } = delivery;
  switch (channel.kind) {
    case "webhook": {
      const body = webhookBody(alert);
      const key = channel.keyFrom === undefined ? undefined : variable(means, channel.keyFrom);
      return await post(channel, body, await signedHeaders(deliveryId, means.host.now(), body, key), means);
    }
    case "slack":
      return await post(channel, slackBody(alert), {}, means);
    case "discord":
      return await post(channel, discordBody(alert), {}, means);
    case "desktop":
      return await means.onDesktop?.(`${alert.rule}: ${alert.text}`);
    case "email": {
      const { sendMail } = await import("./mail.ts");
      const server = variable(means, channel.urlFrom ?? "AGENTOP_ALERT_SMTP");
      const from = means.variables["AGENTOP_ALERT_FROM"];
      return await sendMail(delivery, { server, ...(from === undefined ? {} : { from }) }, means.signal);
    }
    default:
      throw new DeliveryError("this version delivers to no such place", { isFinal: true });
  }
}

async function post(
  { url, urlFrom, allow }: AlertChannel,
  body: string,
  headers: Readonly<Record<string, string>>,
  means: DeliveryMeans,
): Promise<void> {
  const target = URL.parse((url ?? variable(means, urlFrom ?? "")).trim());
  if (!target) throw new DeliveryError(`${urlFrom ?? "its address"} holds no URL`, { isFinal: true });
  const answer = await postChecked(target, {
    body,
    headers: { ...headers, "content-type": "application/json" },
    signal: means.signal,
    ...(allow === undefined ? {} : { allow }),
  });
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) return;
  // Gone for good, or not understood: what else is no answer of somebody who works.
  const isFinal = [400, 401, 403, 410, 413, 422].includes(statusCode) || statusCode < 400;
  const seconds = Number(answer.header("retry-after"));
  throw new DeliveryError(`HTTP ${statusCode}${statusCode < 400 ? ", which is not followed" : ""}`, {
    isFinal,
    ...(seconds > 0 ? { retryAfterMs: Math.min(RETRY_AFTER_MAX_MS, seconds * 1000) } : {}),
  });
}

function variable({ variables }: DeliveryMeans, name: string): string {
  const value = variables[name];
  if (value === undefined) throw new UnsetError(`${name} is not set`);
  return value;
}

/** Without what a model would be told to try. */
function reasonIn(error: unknown): string {
  const text = error instanceof ToolFailure
    ? error.message.replace(/^Cannot get the URL: /, "").replace(/\. Try: .*$/, "").replace(/\.$/, "")
    : reasonOf(error);
  return text.slice(0, ERROR_MAX_CHARS);
}
