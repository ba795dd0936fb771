import { AgentOpError, type RunWarning } from "../core/mod.ts";

/** An answer that is not whole, of an agent whose limits ask for whole ones. */
export class CutAnswerError extends AgentOpError {
  override readonly name = "CutAnswerError";
  /** The warning that it would have been. */
  readonly type: string;
  constructor({ type, message }: RunWarning, remedy: string) {
    super(message, { remedy, exitCode: 1 });
    this.type = type;
  }
}
