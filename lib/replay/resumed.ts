import { askedCalls, stepsOf, toolCallOf } from "../analysis/mod.ts";
import { ATTR, type Message, type Trace } from "../core/mod.ts";
import { callKey, createRecording, inheritedSteps, type Recording } from "./recording.ts";
import { ReplayLedger } from "./replay_provider.ts";

/** The recording that a replay was answered from when it was cut short, as far as it is used up by now. */
export function resumedRecording(
  original: Trace,
  replay: Trace,
): { readonly recording: Recording; readonly ledger: ReplayLedger } {
  const through = inheritedSteps(replay);
  const steps = stepsOf(replay);
  const edited = steps.flatMap((span): (readonly [number, Message])[] => {
    const message = span.outputMessages?.[0];
    return span.attributes[ATTR.edited] === true && message ? [[span.step!, message]] : [];
  });
  const recording = createRecording(original, through, new Map(edited));
  const ledger = new ReplayLedger();
  const used = new Map(recording.resultsUsed);
  const asked = askedCalls(steps);
  for (const span of steps) {
    if (span.step! <= through || !span.outputMessages) continue;
    if (span.kind === "tool") {
      const { name, arguments: args } = toolCallOf(span, asked);
      used.set(callKey(name, args), (used.get(callKey(name, args)) ?? 0) + 1);
    } else if (span.attributes[ATTR.modelSource] === "recorded") ledger.next++;
    else ledger.diverge({ step: span.step!, reason: "it had left the recording before" });
  }
  return { recording: { ...recording, resultsUsed: used }, ledger };
}
