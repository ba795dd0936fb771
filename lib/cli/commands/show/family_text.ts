import { forkChanges, type ForkTree } from "../../../analysis/mod.ts";
import { type Run, shortRunId } from "../../../core/mod.ts";
import { BRANCHES, branchText, cell, costOf, plural } from "../../../present/mod.ts";
import { type Look, statusSign } from "../../output/look.ts";

/** Members shown of one run's family, those around it. */
const FAMILY_ROWS_MAX = 100;
/** Levels drawn before a member. */
const BRANCH_LEVELS_MAX = 12;

/** A run in one line. */
export function formatRunRow(run: Run, look: Look): string {
  return `${statusSign(run.status, look)} ${look.paint("cyan", shortRunId(run.runId))}  ${
    cell(run.agent)
  }  ` +
    look.paint("dim", `${plural(run.totals.steps, "step")} · ${costOf(run.totals)}`);
}

/** The runs this one goes back to, and all that came of them; `undefined` when it stands alone. */
export function formatFamily({ members, isCut }: ForkTree, { runId }: Run, look: Look): string | undefined {
  if (members.length < 2) return undefined;
  const at = Math.max(0, members.findIndex(({ run }) => run.runId === runId));
  const first = Math.max(0, Math.min(at - Math.floor(FAMILY_ROWS_MAX / 2), members.length - FAMILY_ROWS_MAX));
  const shown = members.slice(first, first + FAMILY_ROWS_MAX);
  const rows = shown.map((member) => {
    const changes = member.parent ? forkChanges(member.parent, member.run) : [];
    const changed = changes.map((it) => cell(it)).join(", ");
    return `  ${branchText(member, BRANCHES, BRANCH_LEVELS_MAX)}${formatRunRow(member.run, look)}${
      changed === "" ? "" : look.paint("dim", ` · ${changed}`)
    }${member.run.runId === runId ? look.paint("bold", "  ← this run") : ""}`;
  });
  const left = members.length - shown.length;
  if (left > 0) rows.push(look.paint("dim", `  and ${isCut ? "more than " : ""}${left} more`));
  return rows.join("\n");
}
