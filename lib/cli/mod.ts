/**
 * The command line: reads arguments and environment once, opens the app, prints. `commands/` has a folder per command, `frame/`
 * what commands are made of, `output/` what several print, `process/` what needs the terminal, signals or an editor.
 *
 * @module
 */
import { workbenchFlags } from "./commands/tui/workbench_flags.ts";
import type { Context } from "./context.ts";

/** Runs one command line and returns its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  // What people open every day does not wait for the parser of everything else.
  const workbench = workbenchFlags(args);
  return workbench ? await openWorkbench(workbench) : await (await import("./program.ts")).main(args);
}

/** The first frame does not wait for the rest of the program either. */
async function openWorkbench(
  { flags, tui }: NonNullable<ReturnType<typeof workbenchFlags>>,
): Promise<number> {
  const [{ readConfig }, { systemHost, systemTimeZone }, { openWorkbench }] = await Promise.all([
    import("./config.ts"),
    import("../core/mod.ts"),
    import("./commands/tui/tui.ts"),
  ]);
  await using stack = new AsyncDisposableStack();
  let open: (() => Promise<Context>) | undefined;
  try {
    // One that `--store` names is there.
    const config = { ...readConfig(flags), storeMustExist: flags.store !== undefined };
    const host = systemHost();
    let context: Promise<Context> | undefined;
    open = () =>
      context ??= import("./context.ts").then(({ Context }) => stack.use(new Context(flags, host, config)));
    const program = open;
    return await openWorkbench({
      config,
      host,
      timeZone: config.timeZone ?? systemTimeZone(),
      program: async () => (await program()).app,
    }, tui);
  } catch (error) {
    await open?.(); // which knows what must not be printed
    return (await import("./output/report.ts")).report(error, false);
  }
}

export { type Config, type Environment, type GlobalFlags, readConfig } from "./config.ts";
