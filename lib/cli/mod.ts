/**
 * The command line: reads arguments and environment once, opens the app, prints. `commands/` has a folder per command, `frame/`
 * what commands are made of, `output/` what several print, `process/` what needs the terminal, signals or an editor.
 *
 * @module
 */
import { workbenchFlags } from "./commands/tui/workbench_flags.ts";

/** Runs one command line and returns its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  // What people open every day does not wait for the parser of everything else.
  const workbench = workbenchFlags(args);
  return workbench ? await openWorkbench(workbench) : await (await import("./program.ts")).main(args);
}

async function openWorkbench(
  { flags, tui }: NonNullable<ReturnType<typeof workbenchFlags>>,
): Promise<number> {
  const [{ Context }, { readConfig }, { systemHost }, { openWorkbench }, { report }] = await Promise.all([
    import("./context.ts"),
    import("./config.ts"),
    import("../core/mod.ts"),
    import("./commands/tui/tui.ts"),
    import("./output/report.ts"),
  ]);
  try {
    await using stack = new AsyncDisposableStack();
    // One that `--store` names is there.
    const config = { ...readConfig(flags), storeMustExist: flags.store !== undefined };
    const context = stack.use(new Context(flags, systemHost(), config));
    return await openWorkbench(context, tui);
  } catch (error) {
    return report(error, false);
  }
}

export { type Config, type Environment, type GlobalFlags, readConfig } from "./config.ts";
