import { forkChanges, type ForkMember, type ForkTree } from "../../analysis/mod.ts";
import { type Run, shortRunId } from "../../core/mod.ts";
import { branchText, costOf, grouped, runTone, shortStatus } from "../../present/mod.ts";
import { type Glyphs, treeSigns } from "../draw/glyphs.ts";
import { fitLine, fitParts, type Line, line, lineWidth, seg, spread } from "../draw/line.ts";
import { clamp } from "../draw/scroll.ts";
import type { Tone } from "../draw/theme.ts";
import { clean } from "../terminal/text.ts";
import {
  keptInView,
  LIST_START,
  listLines,
  type ListPlace,
  type ListRows,
  listRows,
  POINTER_COLUMNS,
  selectedIndex,
  selectedItem,
} from "./list.ts";

/** A family of runs and where a person is in it; the runs stand by their run ids. */
export interface FamilyList extends ListPlace {
  readonly tree: ForkTree;
}

/** Levels drawn before a member; a family can be as deep as it likes. */
const LEVELS_MAX = 6;
const CHANGES_SHOWN_MAX = 4;

export function memberRows({ tree }: FamilyList, height: number): ListRows {
  return listRows(tree.members, idOfMember, height);
}

export function chosenMember(list: FamilyList): ForkMember | undefined {
  return selectedItem(list.tree.members, idOfMember, list);
}

/** The family with `runId` chosen, as far as it is a member; otherwise what was chosen before. */
export function familyWith(
  tree: ForkTree,
  before: FamilyList | undefined,
  runId: string,
  height: number,
): FamilyList {
  const isKept = before && tree.members.some((member) => idOfMember(member) === before.selectedId);
  const list: FamilyList = { ...LIST_START, ...before, tree, ...(isKept ? {} : { selectedId: runId }) };
  return keptInView(list, memberRows(list, height));
}

/** The family with that run chosen and in view. */
export function familyAt(list: FamilyList, runId: string, height: number): FamilyList {
  return keptInView({ ...list, selectedId: runId }, memberRows(list, height));
}

function idOfMember({ run }: ForkMember): string {
  return run.runId;
}

export interface FamilyLook {
  readonly columns: number;
  readonly height: number;
  readonly glyphs: Glyphs;
  /** Absent: nothing is chosen here. */
  readonly focused?: boolean;
  /** One column before a run that stands out: `-`, `+`. */
  readonly sign: (run: Run) => readonly [sign: string, tone: Tone] | undefined;
}

/** The rows in view: what came of what, what was changed, how it ended, what it cost. */
export function familyLines(list: FamilyList, look: FamilyLook): readonly Line[] {
  const { members } = list.tree;
  const { columns, height, glyphs, focused } = look;
  const top = clamp(list.top, 0, Math.max(0, members.length - height));
  if (focused === undefined) {
    return members.slice(top, top + height).map((member) => memberLine(member, columns, look));
  }
  const selected = selectedIndex(list, memberRows(list, height));
  return listLines(
    members,
    { top, height, columns, glyphs, selected, focused },
    (member, isSelected) => memberLine(member, columns - POINTER_COLUMNS, look, isSelected),
  );
}

/** `2 of 7`, with a `+` when there are more than were read. */
export function familyCount(list: FamilyList): string {
  const { members, isCut } = list.tree;
  return `${grouped(selectedIndex(list, memberRows(list, 1)) + 1)} of ${grouped(members.length)}${
    isCut ? "+" : ""
  }`;
}

function memberLine(member: ForkMember, columns: number, look: FamilyLook, isSelected = false): Line {
  const { run } = member;
  const { glyphs } = look;
  const [sign, tone] = look.sign(run) ?? [" ", "dim"];
  const left: Line = [
    seg(`${sign} `, tone),
    seg(branchText(member, treeSigns(glyphs), LEVELS_MAX), isSelected ? "dim" : "border"),
    seg(`${glyphs.status[run.status]} `, runTone(run)),
    seg(`${clean(shortRunId(run.runId))} `, sign === " " ? "text" : "strong"),
  ];
  const about = aboutOf(member);
  const ending = run.status === "completed"
    ? line(costOf(run.totals), "dim")
    : line(shortStatus(run), runTone(run));
  // What was changed says more than what it cost.
  const right = fitParts(
    [[...ending, seg(" ")]],
    0,
    columns - lineWidth(left) - Math.min(lineWidth(about), 22) - 1,
  );
  return fitLine(spread([...left, ...about], right.length > 0 ? [seg(" "), ...right] : [], columns), columns);
}

/** What was changed; of a run that came from none of these, what it is. */
function aboutOf(member: ForkMember): Line {
  const { run, parent } = member;
  if (!parent) {
    return [seg(clean(run.agent).slice(0, 40), "agent"), seg(` ${clean(run.model).slice(0, 60)}`, "llm")];
  }
  const changed = changesOf(member, parent);
  const shown = changed.slice(0, CHANGES_SHOWN_MAX).map(clean);
  const more = changed.length - shown.length;
  if (more > 0) shown.push(`${more} more`);
  return line(
    shown.length === 0 ? "run again" : shown.join(", "),
    changed.length === 0 ? "dim" : "text",
  );
}

const changesByMember = new WeakMap<ForkMember, readonly string[]>();

/** Worked out for members in view, once: a family can have a thousand. */
function changesOf(member: ForkMember, parent: Run): readonly string[] {
  let changes = changesByMember.get(member);
  if (!changes) changesByMember.set(member, changes = forkChanges(parent, member.run));
  return changes;
}
