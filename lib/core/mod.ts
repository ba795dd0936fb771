/**
 * Ring 0: the words everything else speaks. Types, events and their fold, errors, ports. Imports nothing.
 *
 * @module
 */
export * from "./span.ts";
export * from "./run.ts";
export * from "./event.ts";
export * from "./attributes.ts";
export * from "./ids.ts";
export * from "./errors.ts";
export * from "./json.ts";
export * from "./text.ts";
export * from "./ports.ts";
export * from "./host.ts";
export * from "./run_query.ts";
export * from "./checked_yaml.ts";
export * from "./explain_issues.ts";
export * from "./json_diff.ts";
export * from "./align.ts";
export * from "./text_diff.ts";
export * from "./steps.ts";
export * from "./step_diff.ts";
export * from "./run_diff.ts";
export * from "./memory_steps.ts";
export * from "./markdown.ts";
export * from "./money.ts";
export * from "./fork_tree.ts";
