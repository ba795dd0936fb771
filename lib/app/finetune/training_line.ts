/** A tool call as Mistral's chat format has it; `arguments` is JSON as text. */
export interface TrainingCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** What the model is to learn to say, or with `weight` 0 only reads. */
export interface TrainingAnswer {
  readonly role: "assistant";
  readonly content?: string;
  readonly tool_calls?: readonly TrainingCall[];
  readonly weight?: 0 | 1;
}

export type TrainingMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | TrainingAnswer
  | {
    readonly role: "tool";
    readonly content: string;
    readonly tool_call_id: string;
    readonly name?: string;
  };

export interface TrainingTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** One conversation to learn from. */
export interface SftLine {
  readonly messages: readonly TrainingMessage[];
  readonly tools?: readonly TrainingTool[];
}

/** Two answers to one context, and which is preferred: the shape that TRL's `DPOTrainer` reads. */
export interface DpoLine {
  readonly prompt: readonly TrainingMessage[];
  readonly chosen: readonly TrainingAnswer[];
  readonly rejected: readonly TrainingAnswer[];
  readonly tools?: readonly TrainingTool[];
}

export type TrainingLine = SftLine | DpoLine;

/** A conversation cannot be written as training data. `reason` is counted, so it names no run. */
export class UnfitLine extends Error {
  override readonly name = "UnfitLine";
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}
