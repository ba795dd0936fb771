import type { OperateServices, SteeredSpan } from "../agent/mod.ts";
import { AgentOpError, type Experiment, oneLine, type Run } from "../core/mod.ts";
import type { ChangeServices } from "../evals/mod.ts";
import type { App } from "./app.ts";
import type { RunOperation } from "./requests.ts";

/** Tells a live run's agent something, which it reads before its next model call. Throws `AgentOpError`. */
export async function tell(app: App, reference: string, text: string): Promise<Run> {
  const { tellRun, services, run } = await found(app, reference);
  await tellRun(services, run, text);
  return run;
}

/** Sets a live run's model, parameters or limits from its next step on; gives what became what, in words. Throws `AgentOpError`. */
export async function setLive(
  app: App,
  reference: string,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly run: Run; readonly changed: string }> {
  const { setRun, services, run } = await found(app, reference);
  return { run, changed: await setRun(services, run, given) };
}

/** Sets how many cases of a running experiment are done at a time. Throws `AgentOpError`. */
export async function setExperiment(
  app: App,
  reference: string,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly experiment: Experiment; readonly changed: string }> {
  const { concurrency = "", ...others } = given;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new AgentOpError(
      `Cannot set ${oneLine(other, 40)} of an experiment: concurrency is all that can be set while it runs`,
      { remedy: "agentop set EXPERIMENT concurrency=8" },
    );
  }
  const [{ setConcurrency }, store] = await Promise.all([import("../evals/mod.ts"), app.store()]);
  const experiment = await setConcurrency({ store, host: app.host }, reference, concurrency);
  return { experiment, changed: `concurrency ${concurrency.trim()}` };
}

/** The same from the workbench; says what came of it. Throws `AgentOpError`. */
export async function operateExperiment(
  services: Omit<ChangeServices, "by">,
  experimentId: string,
  concurrency: string,
): Promise<string> {
  const { setConcurrency } = await import("../evals/mod.ts");
  await setConcurrency({ ...services, by: "workbench" }, experimentId, concurrency);
  return `Set concurrency ${concurrency.trim()}`;
}

/** Breaks a tool call of a live run off: by the beginning of its span's id, or the only one at work. Throws `AgentOpError`. */
export async function cancelCall(
  app: App,
  reference: string,
  call?: string,
): Promise<{ readonly run: Run; readonly span: SteeredSpan }> {
  const { cancelCall, services, run } = await found(app, reference);
  return { run, span: await cancelCall(services, run, call) };
}

/** The same by what is wanted, for the workbench; says what came of it. Throws `AgentOpError`. */
export async function operate(
  { store, host }: OperateServices,
  traceId: string,
  operation: RunOperation,
): Promise<string> {
  const { cancelCall, setRun, tellRun } = await import("../agent/mod.ts");
  const services = { store, host, by: "workbench" };
  const run = await store.getRun(traceId);
  if (!run) throw new AgentOpError("Cannot reach the run: it was deleted", { remedy: "agentop runs" });
  if ("tell" in operation) {
    await tellRun(services, run, operation.tell);
    return "Told: it is read before the next model call";
  }
  if ("set" in operation) return `Set ${await setRun(services, run, operation.set)}`;
  const { name } = await cancelCall(services, run, operation.cancel);
  return `${name} was broken off`;
}

async function found(app: App, reference: string) {
  const [agent, store] = await Promise.all([import("../agent/mod.ts"), app.store()]);
  return { ...agent, services: { store, host: app.host }, run: await store.resolveRun(reference) };
}
