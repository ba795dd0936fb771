import { isLive, shortRunId } from "../../../core/mod.ts";
import { notice } from "../../contract/effects.ts";
import type { Actions } from "../../contract/handlers.ts";
import type { Env, Step } from "../../contract/screen.ts";
import { EMPTY, fitLine, type Line, line, seg } from "../../draw/line.ts";
import { BORDER, pane } from "../../draw/pane.ts";
import {
  chosenMember,
  familyAt,
  familyCount,
  familyLines,
  type FamilyLook,
  memberRows,
} from "../../widgets/family.ts";
import { afterMotion, type Motion } from "../../widgets/list.ts";
import type { LiveModel } from "./model.ts";
import { openedFromHere } from "./open_run.ts";

const COLUMNS_MAX = 96;
const ROWS_MAX = 18;
/** Relatives among the facts of the run. */
const FACT_ROWS_MAX = 8;

/** The run has replays or forks, or is one. */
export function hasFamily({ family }: LiveModel): boolean {
  return family !== undefined && family.tree.members.length > 1;
}

function dialogHeight({ family }: LiveModel, { size }: Env): number {
  return Math.max(1, Math.min(family?.tree.members.length ?? 1, ROWS_MAX, size.rows - 6));
}

/** Opens the list of relatives with this run chosen; without any, says how to get one. */
export function openedFamily(model: LiveModel, env: Env): Step<LiveModel> {
  const { family } = model;
  if (!family || !hasFamily(model)) {
    const text = "Nothing was made of this run yet. Try: r to replay it, f to fork it";
    return [model, [notice("info", text)]];
  }
  const list = familyAt(family, model.runId, dialogHeight(model, env));
  return [{ ...model, family: list, relatives: true }, []];
}

/** In the list of relatives. */
export const FAMILY_ACTIONS: Actions<LiveModel> = {
  close_family: (model) => [closed(model), []],
  open_relative: (model) => {
    const run = model.family && chosenMember(model.family)?.run;
    return !run || run.runId === model.runId ? [closed(model), []] : openedFromHere(closed(model), run);
  },
  compare_relative: (model) => {
    const run = model.family && chosenMember(model.family)?.run;
    if (!run) return [closed(model), []];
    if (run.runId === model.runId) {
      return [model, [notice("info", "This is the run in view. Try: j or k, then d")]];
    }
    if (isLive(run.status)) {
      const text = `${shortRunId(run.runId)} is ${run.status}: compare when it has ended`;
      return [model, [notice("info", text)]];
    }
    const isOlder = run.startTimeUs <= (model.trace?.run.startTimeUs ?? 0);
    const compare = isOlder
      ? { left: run.runId, right: model.runId }
      : { left: model.runId, right: run.runId };
    return [closed(model), [{ type: "go", screen: "compare", compare }]];
  },
};

function closed(model: LiveModel): LiveModel {
  return { ...model, relatives: false };
}

export function movedInFamily(model: LiveModel, motion: Motion, env: Env): LiveModel {
  const { family } = model;
  if (!family) return model;
  return { ...model, family: afterMotion(family, memberRows(family, dialogHeight(model, env)), motion) };
}

/** All relatives as a box over the screen. */
export function familyDialog(model: LiveModel, env: Env): readonly Line[] | undefined {
  const { family } = model;
  if (!model.relatives || !family) return undefined;
  const { glyphs } = env;
  const columns = Math.min(COLUMNS_MAX, env.size.columns - 4);
  const inner = columns - BORDER;
  const height = dialogHeight(model, env);
  const choice = (key: string, text: string) => [seg(` ${key}`, "key"), seg(` ${text} `, "dim")];
  return pane(
    [
      ...familyLines(family, lookOf(model, env, inner, height, true)),
      EMPTY,
      fitLine([...choice(glyphs.enter, "opens it"), ...choice("d", "compares it with this run")], inner),
    ],
    columns,
    height + 2 + BORDER,
    glyphs,
    {
      title: "Family: replays and forks",
      focused: true,
      foot: line(familyCount(family), "dim"),
      scroll: { top: family.top, total: family.tree.members.length },
    },
  );
}

/** The nearest relatives, for the facts of the run. */
export function familyFacts(model: LiveModel, env: Env, columns: number): readonly Line[] {
  const { family } = model;
  if (!family || !hasFamily(model)) return [];
  const height = Math.min(FACT_ROWS_MAX, family.tree.members.length);
  const list = familyAt(family, model.runId, height);
  return [
    EMPTY,
    [seg(" Family ", "heading"), seg("F", "key"), seg(" opens", "dim")],
    ...familyLines(list, lookOf(model, env, columns, height)),
  ];
}

function lookOf(
  model: LiveModel,
  { glyphs }: Env,
  columns: number,
  height: number,
  focused?: boolean,
): FamilyLook {
  return {
    columns,
    height,
    glyphs,
    ...(focused === undefined ? {} : { focused }),
    sign: (run) => (run.runId === model.runId ? [glyphs.marked, "accent"] : undefined),
  };
}
