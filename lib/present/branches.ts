/** What the lines of a tree are drawn with; all but `cut` equally wide. */
export interface BranchSigns {
  /** A branch above goes on below. */
  readonly through: string;
  readonly blank: string;
  readonly branch: string;
  readonly lastBranch: string;
  /** Stands for levels that have no room. */
  readonly cut: string;
}

/** As text has them. */
export const BRANCHES: BranchSigns = {
  through: "│  ",
  blank: "   ",
  branch: "├─ ",
  lastBranch: "└─ ",
  cut: "…",
};

/** The lines that lead to a row of a tree, of the levels nearest to it. Nothing for a root. */
export function branchText(
  { guides, isLast }: { readonly guides: readonly boolean[]; readonly isLast: boolean },
  signs: BranchSigns,
  levelsMax = Infinity,
): string {
  if (guides.length === 0) return "";
  const above = guides.slice(1);
  const shown = above.slice(Math.max(0, above.length - levelsMax)).map((goesOn) =>
    goesOn ? signs.through : signs.blank
  );
  const cut = above.length > levelsMax ? signs.cut : "";
  return `${cut}${shown.join("")}${isLast ? signs.lastBranch : signs.branch}`;
}
