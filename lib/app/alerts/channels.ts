import {
  AgentOpError,
  type AlertChannel,
  hasKeyParameter,
  oneLine,
  reasonOf,
  type Redactor,
} from "../../core/mod.ts";
import { checkPostTarget, ToolFailure } from "../../tools/mod.ts";

const CHANNELS_MAX = 10;
const URL_MAX_CHARS = 2_000;
const ADDRESS_MAX_CHARS = 254;
/** One address, in the characters that need no quotes. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}$/i;

/** Throws `AgentOpError` for a place that nothing could ever be delivered to, or whose secret would be in the store. */
export async function checkChannels(redactor: Redactor, channels: readonly AlertChannel[]): Promise<void> {
  if (channels.length > CHANNELS_MAX) {
    throw refused(`more than ${CHANNELS_MAX} places to deliver to`, "fewer");
  }
  for (const { url, to, allow, kind } of channels) {
    if (kind === "email" && !(to !== undefined && to.length <= ADDRESS_MAX_CHARS && ADDRESS.test(to))) {
      throw refused(`not an e-mail address: got "${oneLine(to ?? "", 60)}"`, "--email you@example.org");
    }
    if (url !== undefined) await checkUrl(redactor, url, allow);
  }
}

async function checkUrl(redactor: Redactor, text: string, allow: string | undefined): Promise<void> {
  const url = text.length <= URL_MAX_CHARS ? URL.parse(text) : null;
  if (!url) throw refused("the webhook is no URL", "--webhook https://example.org/hook");
  if (url.username !== "" || url.password !== "" || hasKeyParameter(url) || redactor.text(text) !== text) {
    throw refused(
      "the webhook's URL holds a secret, which would be in the store",
      "AGENTOP_ALERT_WEBHOOK=URL in the environment, and --webhook alone",
    );
  }
  try {
    await checkPostTarget(url, allow);
  } catch (error) {
    if (!(error instanceof ToolFailure)) throw error;
    const reason = reasonOf(error).replace(/^Cannot get the URL: /, "").replace(/\. Try: .*$/, "")
      .replace(/\.$/, "");
    throw refused(
      reason,
      `--allow ${url.host}${url.port === "" ? url.protocol === "https:" ? ":443" : ":80" : ""}`,
    );
  }
}

function refused(reason: string, remedy: string): AgentOpError {
  return new AgentOpError(`Cannot add the alert rule: ${reason}`, { remedy });
}
