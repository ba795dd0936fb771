/**
 * The command line: reads arguments and environment once, wires everything together, prints. One file per command.
 *
 * @module
 */

/** Runs one command line and returns its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  // What people open every day does not wait for the parser of everything else.
  if (args.length === 0 || args.length === 1 && args[0] === "tui") return await openWorkbench();
  return await (await import("./program.ts")).main(args);
}

async function openWorkbench(): Promise<number> {
  const [{ Context }, tui, { report }] = await Promise.all([
    import("./context.ts"),
    import("./commands/tui.ts"),
    import("./report.ts"),
  ]);
  try {
    await using stack = new AsyncDisposableStack();
    const context = stack.adopt(new Context({}), (it) => it.close());
    return await tui.openWorkbench(context, {});
  } catch (error) {
    return report(error, false);
  }
}
