import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { App, type AppConfig } from "../../lib/app/mod.ts";
import { addAlertRule, type AlertOrder } from "../../lib/app/alerts/mod.ts";
import { deliver, type DeliveryMeans } from "../../lib/app/alerts/deliver.ts";
import {
  type Alert,
  type AlertChannel,
  type AlertDelivery,
  type DurableEvent,
  type Host,
  nowUs,
} from "../../lib/core/mod.ts";
import { MEMORY } from "../../lib/store/mod.ts";
import { fakeHost } from "../support/fake_host.ts";
import { startFaultServer, status } from "../support/fault_server.ts";
import { sampleRun } from "../support/sample_run.ts";
import { startSmtpServer } from "../support/smtp_server.ts";

const START_MS = Date.UTC(2026, 10, 28, 12);

const ALERT: Alert = {
  alertId: "alert-1",
  rule: "dear",
  metric: "cost",
  scope: "all",
  per: "run",
  subject: "agent:a",
  text: "cost of a run of <@everyone> is $2.00, above $1.00",
  value: 2,
  threshold: 1,
  runs: 1,
  runIds: ["run-1"],
  openedAtUs: START_MS * 1000,
  isMuted: false,
};

function deliveryTo(channel: AlertChannel, attempts = 0): AlertDelivery {
  return { deliveryId: "delivery-1", alert: ALERT, channel, attempts, state: "pending", nextAtUs: 0 };
}

function means(change: Partial<DeliveryMeans> = {}): DeliveryMeans {
  return {
    host: fakeHost({ startMs: START_MS }),
    variables: {},
    signal: new AbortController().signal,
    ...change,
  };
}

Deno.test("a webhook gets JSON signed over id, time and body, with the delivery's id", async () => {
  await using server = await startFaultServer(status(204));
  const channel: AlertChannel = {
    kind: "webhook",
    url: `${server.url}/hook`,
    allow: `127.0.0.1:${server.port}`,
    keyFrom: "AGENTOP_ALERT_KEY",
  };
  const key = "a key of more than a few letters";
  assert.deepEqual(
    await deliver(deliveryTo(channel), means({ variables: { AGENTOP_ALERT_KEY: key } })),
    { kind: "sent" },
  );
  const [request] = server.requests;
  assert.deepEqual([request!.method, request!.path], ["POST", "/hook"]);
  const { headers, body } = request!;
  assert.equal(headers["webhook-id"], "delivery-1");
  assert.equal(headers["webhook-timestamp"], String(START_MS / 1000));
  const signed = createHmac("sha256", key).update(`delivery-1.${START_MS / 1000}.${body}`).digest("base64");
  assert.equal(headers["webhook-signature"], `v1,${signed}`);
  const { type, data } = JSON.parse(body);
  assert.deepEqual([type, data.rule, data.runIds], ["alert.fired", "dear", ["run-1"]]);
});

Deno.test("a key that begins with whsec_ is base64, as the standard has it", async () => {
  await using server = await startFaultServer(status(200));
  const channel: AlertChannel = {
    kind: "webhook",
    urlFrom: "AGENTOP_ALERT_WEBHOOK",
    keyFrom: "AGENTOP_ALERT_1",
    allow: `127.0.0.1:${server.port}`,
  };
  const bytes = new Uint8Array(24).fill(7);
  const variables = { AGENTOP_ALERT_WEBHOOK: server.url, AGENTOP_ALERT_1: `whsec_${bytes.toBase64()}` };
  await deliver(deliveryTo(channel), means({ variables }));
  const { headers, body } = server.requests[0]!;
  const signed = createHmac("sha256", bytes).update(`delivery-1.${START_MS / 1000}.${body}`).digest("base64");
  assert.equal(headers["webhook-signature"], `v1,${signed}`);
});

Deno.test("private addresses are refused but for the one that was allowed, also behind a redirect", async () => {
  await using inside = await startFaultServer(status(200));
  await using outside = await startFaultServer(
    status(307, { location: `http://127.0.0.1:${inside.port}/secret` }),
  );
  const closed = await deliver(deliveryTo({ kind: "webhook", url: inside.url }), means());
  assert.deepEqual([closed.kind, inside.requests.length], ["wait", 0]);
  assert.match(
    closed.kind === "wait" ? closed.error : "",
    /is a loopback address, which is inside this network$/,
  );
  const channel: AlertChannel = {
    kind: "webhook",
    url: outside.url,
    allow: `127.0.0.1:${outside.port}`,
  };
  const redirected = await deliver(deliveryTo(channel), means());
  assert.equal(redirected.kind, "wait");
  assert.deepEqual([outside.requests.length, inside.requests.length], [1, 0]);
});

Deno.test("a server that fails is tried again, later each time; what is gone is not; silence ends", async () => {
  await using server = await startFaultServer(
    status(500),
    status(500),
    status(429, { "retry-after": "120" }),
    status(410),
    ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
  );
  const channel: AlertChannel = { kind: "webhook", url: server.url, allow: `127.0.0.1:${server.port}` };
  const waits: (number | string)[] = [];
  for (const attempts of [0, 5, 1, 0, 0]) {
    const outcome = await deliver(deliveryTo(channel, attempts), means({ timeoutMs: 200 }));
    waits.push(
      outcome.kind === "wait"
        ? Math.round((outcome.nextAtUs / 1000 - START_MS) / 1000)
        : outcome.kind === "failed"
        ? outcome.error
        : "sent",
    );
  }
  assert.ok(typeof waits[0] === "number" && waits[0] >= 9 && waits[0] <= 11, String(waits[0]));
  assert.ok(typeof waits[1] === "number" && waits[1] >= 3_200 && waits[1] <= 4_000, String(waits[1]));
  assert.equal(waits[2], 120, "as the server asks");
  assert.equal(waits[3], "HTTP 410");
  assert.ok(typeof waits[4] === "number");
  const last = await deliver(
    deliveryTo({ ...channel, url: `${server.url}/x` }, 29),
    means({ timeoutMs: 50 }),
  );
  assert.deepEqual(last, { kind: "failed", error: "no answer within 0.05 s" });
});

Deno.test("Slack and Discord get their own shapes, and nobody is mentioned or linked", async () => {
  await using server = await startFaultServer(status(200));
  const allow = `127.0.0.1:${server.port}`;
  const variables = { AGENTOP_ALERT_SLACK: server.url, AGENTOP_ALERT_DISCORD: server.url };
  for (
    const [kind, urlFrom] of [["slack", "AGENTOP_ALERT_SLACK"], ["discord", "AGENTOP_ALERT_DISCORD"]] as const
  ) {
    assert.equal((await deliver(deliveryTo({ kind, urlFrom, allow }), means({ variables }))).kind, "sent");
  }
  const [slack, discord] = server.requests.map((it) => JSON.parse(it.body));
  assert.equal(slack.text, "*dear*: cost of a run of &lt;@everyone&gt; is $2.00, above $1.00 (run run-1)");
  assert.deepEqual(discord.allowed_mentions, { parse: [] });
  assert.match(discord.content, /\\<\\@everyone\\>/);
});

Deno.test("a variable that is not set here costs no try: another process may have it", async () => {
  const outcome = await deliver(deliveryTo({ kind: "slack", urlFrom: "AGENTOP_ALERT_SLACK" }), means());
  assert.deepEqual(outcome, {
    kind: "wait",
    error: "AGENTOP_ALERT_SLACK is not set",
    nextAtUs: (START_MS + 300_000) * 1000,
    counts: false,
  });
});

Deno.test("e-mail goes to a mail server with the delivery's id; without TLS no password leaves", async () => {
  await using server = await startSmtpServer();
  const channel: AlertChannel = { kind: "email", to: "you@example.org", urlFrom: "AGENTOP_ALERT_SMTP" };
  const to = (url: string) =>
    deliver(
      deliveryTo(channel),
      means({ variables: { AGENTOP_ALERT_SMTP: url, AGENTOP_ALERT_FROM: "agentop@example.org" } }),
    );
  const open = `smtp://user:password-1@127.0.0.1:${server.port}`;
  const refused = await to(open);
  assert.deepEqual([refused.kind, server.messages.length], ["wait", 0]);
  assert.ok(!server.lines.some((it) => it.startsWith("AUTH")), "the password stayed here");
  assert.deepEqual(await to(`${open}?tls=off`), { kind: "sent" });
  const [message] = server.messages;
  assert.deepEqual([message!.from, message!.to], ["agentop@example.org", "you@example.org"]);
  assert.match(message!.data, /^Message-ID: <delivery-1@agentop>\r?$/m);
  assert.match(message!.data, /^Subject: agentop: dear: cost of a run of/m);
  const far = await to("smtp://user:password-1@mail.example.org?tls=off");
  assert.match(far.kind === "wait" ? far.error : "", /only a server on this machine goes without TLS/);
});

function appWith(config: Partial<AppConfig>, host: Host): App {
  return new App({
    useSimulator: true,
    defaults: {},
    retry: { maxAttempts: 1, minWaitMs: 0, maxWaitMs: 0 },
    home: "/nowhere",
    storePath: MEMORY,
    storeGiven: true,
    agentFolders: [],
    secrets: {},
    timeZone: "UTC",
    environments: { plain: {}, runner: {} },
    ...config,
  }, { host });
}

function endedRun(host: ReturnType<typeof fakeHost>): readonly DurableEvent[] {
  const run = { ...sampleRun(host), totals: { ...sampleRun(host).totals, attempts: 9 } };
  const end = { status: "failed", endTimeUs: nowUs(host) } as const;
  return [{ type: "run_start", run }, { type: "run_update", traceId: run.traceId, change: end }];
}

Deno.test("a run that ends is looked at and told of before the program ends, and an unheard rule hurts nobody", async () => {
  await using server = await startFaultServer(status(500), status(200));
  const host = fakeHost({ startMs: START_MS });
  const channels: AlertChannel[] = [
    { kind: "webhook", url: server.url, allow: `127.0.0.1:${server.port}` },
    { kind: "slack", urlFrom: "AGENTOP_ALERT_SLACK" },
  ];
  {
    await using app = appWith({}, host);
    const store = await app.store();
    await addAlertRule(app, { metric: "retries", condition: { kind: "above", value: 5 }, channels });
    await store.write(endedRun(host));
    const fired = await app.alerts.check();
    assert.deepEqual(fired.map((it) => it.text), ["retries of a run of researcher is 9, above 5"]);
    assert.deepEqual(await app.alerts.check(), [], "told once");
  }
  assert.ok(server.requests.length >= 1);
  const ids = new Set(server.requests.map((it) => it.headers["webhook-id"]));
  assert.equal(ids.size, 1, "the same message each time");
});

Deno.test("addAlertRule() says what it needs, and takes no secret into the store", async () => {
  await using app = appWith({}, fakeHost({ startMs: START_MS }));
  const above = { kind: "above", value: 1 } as const;
  const hook = (url: string, allow?: string): AlertOrder => ({
    metric: "cost",
    condition: above,
    channels: [{ kind: "webhook", url, ...(allow === undefined ? {} : { allow }) }],
  });
  const cases: readonly (readonly [AlertOrder, RegExp])[] = [
    [{ metric: "cost" }, /no threshold is given/],
    [{ metric: "score", condition: above }, /which score is not said/],
    [{ metric: "cost", score: "x", condition: above }, /only the metric score/],
    [{ metric: "error_rate", per: "run", condition: above }, /one run has no error rate/],
    [
      { metric: "cost", per: "week", condition: { kind: "spike", value: 5 } },
      /too few of these to tell a spike/,
    ],
    [
      { metric: "latency", per: "day", condition: { kind: "spike", value: 5 } },
      /a spike of latency is of one run/,
    ],
    [{ metric: "cost", scope: "agnt:x", condition: above }, /Cannot use the scope/],
    [{ metric: "cost", name: "a b", condition: above }, /a name is letters/],
    [hook("http://127.0.0.1:8080/x"), /is a loopback address/],
    [hook("http://localhost/x"), /is a loopback address/],
    [hook("http://127.0.0.1:8080/x", "127.0.0.1"), /is no host with its port/],
    [hook("https://me:pass@example.org/x"), /holds a secret/],
    [hook("https://example.org/x?token=abc"), /holds a secret/],
    [hook("ftp://example.org/x"), /only http and https/],
    [
      { metric: "cost", condition: above, channels: [{ kind: "email", to: "a@b\nBcc: c@d" }] },
      /not an e-mail/,
    ],
  ];
  for (const [order, reason] of cases) await assert.rejects(addAlertRule(app, order), reason);
  const rule = await addAlertRule(app, hook("http://127.0.0.1:8080/x", "127.0.0.1:8080"));
  assert.deepEqual([rule.name, rule.per, rule.minSample], ["cost-run", "run", 1]);
  await assert.rejects(addAlertRule(app, hook("https://example.org/x")), /there is a rule cost-run/);
});
