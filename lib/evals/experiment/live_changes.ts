import {
  AgentOpError,
  controlKeyOf,
  type Experiment,
  type Host,
  shortRunId,
  type Store,
} from "../../core/mod.ts";
import { CONCURRENCY_MAX } from "../suite/limits.ts";

/** Looks at the store at most this often, however much is written. */
const LOOK_EVERY_MS = 30;
/** The experiment looks at every change of the store, so no answer in this time means that it hangs. */
const ANSWER_WAIT_MS = 10_000;
const ANSWER_LOOK_MS = 20;

/** Hears, while an experiment runs, of what others ask of it. */
export function listenForChanges(
  store: Pick<Store, "takeControl" | "onChange">,
  experimentId: string,
  onConcurrency: (concurrency: number) => void,
): Disposable {
  const key = controlKeyOf(experimentId);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    for (const { action, argument } of await store.takeControl(key)) {
      const concurrency = action === "set" ? argument["concurrency"] : undefined;
      if (isConcurrency(concurrency)) onConcurrency(concurrency);
    }
  };
  const stop = store.onChange(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      look().catch(() => {}); // the next write meets the same trouble and reports it
    }, LOOK_EVERY_MS);
  });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      stop();
    },
  };
}

export interface ChangeServices {
  readonly store: Pick<Store, "resolveExperiment" | "experimentChanges" | "requestControl">;
  readonly host: Host;
  /** Who asks, for the record. @default "person" */
  readonly by?: string;
}

/** Sets how many cases of a running experiment are done at a time. Resolves once its process has it. Throws `AgentOpError`. */
export async function setConcurrency(
  { store, host, by = "person" }: ChangeServices,
  reference: string,
  value: string,
): Promise<Experiment> {
  const { experiment } = await store.resolveExperiment(reference);
  const { experimentId } = experiment;
  const concurrency = /^\d{1,6}$/.test(value.trim()) ? Number(value) : NaN;
  const cannot = (why: string, remedy: string) =>
    new AgentOpError(`Cannot set the concurrency of experiment ${shortRunId(experimentId)}: ${why}`, {
      remedy,
    });
  if (!isConcurrency(concurrency)) {
    throw cannot(
      `it is a whole number from 1 to ${CONCURRENCY_MAX}: got "${value.slice(0, 40)}"`,
      "concurrency=8",
    );
  }
  if (experiment.status !== "running") {
    throw cannot(
      `it is ${experiment.status}`,
      `agentop eval --resume ${shortRunId(experimentId)} --concurrency 8`,
    );
  }
  const before = (await store.experimentChanges(experimentId)).at(-1)?.id ?? 0;
  await store.requestControl(controlKeyOf(experimentId), "set", { concurrency, by });
  const endMs = host.now() + ANSWER_WAIT_MS;
  for (;;) {
    const asked = (await store.experimentChanges(experimentId)).filter(({ id }) => id > before);
    if (asked.some((it) => it.isTaken && it.concurrency === concurrency)) return experiment;
    const now = (await store.resolveExperiment(experimentId)).experiment;
    if (now.status !== "running") {
      throw cannot(`it has ended: ${now.status}`, `agentop experiments ${experimentId}`);
    }
    if (host.now() >= endMs) {
      throw cannot(`its process has not answered for ${ANSWER_WAIT_MS / 1000} s`, "agentop experiments");
    }
    await host.sleep(ANSWER_LOOK_MS);
  }
}

function isConcurrency(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 1 && value as number <= CONCURRENCY_MAX;
}
