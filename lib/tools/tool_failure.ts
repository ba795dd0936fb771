/** The tool ran and could not do it. The message is what the model reads; `defineTool` makes a result of it. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
}
