import type { Env, Step } from "../../contract/screen.ts";
import { moved as movedRow } from "../../draw/scroll.ts";
import { afterMotion, keptInView, type Motion, withSelected } from "../../widgets/list.ts";
import { loadAnew, loadMissing } from "./load.ts";
import { isEmptyStore, runRows, type RunsModel } from "./model.ts";
import { hasMore } from "./window.ts";

/** With the run in that row chosen and in view. */
export function selected(model: RunsModel, index: number, env: Env): Step<RunsModel> {
  return seen({ ...model, list: withSelected(model.list, runRows(model, env), index) }, env);
}

/** After the height of the list changed. */
export function inView(model: RunsModel, env: Env): Step<RunsModel> {
  return loadMissing({ ...model, list: keptInView(model.list, runRows(model, env)) }, env);
}

export function moved(model: RunsModel, motion: Motion, env: Env): Step<RunsModel> {
  const { action, count } = motion;
  if (isEmptyStore(model)) {
    const demo = movedRow(action, model.demo, count, env.demos.length, env.demos.length);
    return [demo === undefined ? model : { ...model, demo }, []];
  }
  if (action === "bottom" && count === undefined && hasMore(model.window) && !model.reversed) {
    return loadAnew(model, { reversed: true, index: 0 }, env);
  }
  if (model.reversed && (action === "top" || count !== undefined && action === "bottom")) {
    return loadAnew(model, { reversed: false, index: (count ?? 1) - 1 }, env);
  }
  const wanted = model.reversed ? { action: mirrored(action), count } : motion;
  const list = afterMotion(model.list, runRows(model, env), wanted);
  return list === model.list ? [model, []] : seen({ ...model, list }, env);
}

/** At the top there is nothing above that was not seen. */
function seen(model: RunsModel, env: Env): Step<RunsModel> {
  const isAllSeen = model.list.top === 0 && model.unseen > 0;
  return loadMissing(isAllSeen ? { ...model, unseen: 0 } : model, env);
}

/** In a window that runs from the end, down leads to lower rows. */
function mirrored(action: string): string {
  const pairs: Readonly<Record<string, string>> = {
    down: "up",
    up: "down",
    half_down: "half_up",
    half_up: "half_down",
    page_down: "page_up",
    page_up: "page_down",
    bottom: "top",
  };
  return pairs[action] ?? action;
}
