/** What became of a step between two runs. */
export const STEP_SIGNS = { same: "=", changed: "~", added: "+", removed: "-" } as const;

/** What became of a value, by the operation of a JSON change. */
export const CHANGE_SIGNS = { add: "+", remove: "-", replace: "~" } as const;
