import { AgentOpError, type AlertDelivery } from "../../core/mod.ts";
import { mailOf } from "./messages.ts";

const WAIT_MS = 10_000;
const PORTS = { "smtp:": 587, "smtps:": 465 } as const;
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

export interface MailServer {
  /** `smtps://user:password@host:465`, or `smtp://` with STARTTLS. Without TLS on this machine alone. */
  readonly server: string;
  /** @default the user, where that is an address */
  readonly from?: string;
}

/** Sends an alert by e-mail. The message's id is the delivery's: servers know what they had. Throws what the server says. */
export async function sendMail(
  { alert, channel, deliveryId }: AlertDelivery,
  { server, from }: MailServer,
  signal: AbortSignal,
): Promise<void> {
  const url = URL.parse(server);
  if (!url || !(url.protocol in PORTS) || url.hostname === "") throw badServer("it is no smtp or smtps URL");
  const user = decodeURIComponent(url.username);
  const sender = from ?? (user.includes("@") ? user : undefined);
  if (sender === undefined) {
    throw badServer("nobody says who it comes from", "AGENTOP_ALERT_FROM=you@example.org");
  }
  const isPlain = url.searchParams.get("tls") === "off";
  if (isPlain && !LOOPBACK.has(url.hostname)) {
    throw badServer("only a server on this machine goes without TLS");
  }
  const { createTransport } = await import("nodemailer");
  const isSecure = url.protocol === "smtps:";
  const transport = createTransport({
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? PORTS[url.protocol as keyof typeof PORTS] : Number(url.port),
    secure: isSecure,
    requireTLS: !isSecure && !isPlain,
    ignoreTLS: isPlain,
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(user === "" ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
  });
  const close = () => transport.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    const sent = transport.sendMail({
      from: sender,
      to: channel.to ?? "",
      messageId: `<${deliveryId}@agentop>`,
      ...mailOf(alert),
    });
    await Promise.race([sent, rejected(signal)]);
  } finally {
    signal.removeEventListener("abort", close);
    transport.close();
  }
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function badServer(
  reason: string,
  remedy = "AGENTOP_ALERT_SMTP=smtps://user:password@mail.example.org",
): AgentOpError {
  return new AgentOpError(`Cannot use AGENTOP_ALERT_SMTP: ${reason}`, { remedy });
}
