import { AgentOpError, Redactor, secretsOf, type Store } from "../../../core/mod.ts";
import { checkStorePath, lazyStore, openStoreInWorker } from "../../../store/mod.ts";
import type { Config } from "../../config.ts";
import type { CliCommand } from "../../frame/command.ts";
import type { Context } from "../../context.ts";
import type { Seat } from "./services.ts";

export interface TuiFlags {
  readonly mouse?: boolean | undefined;
  readonly ascii?: boolean | undefined;
}

export const tui: CliCommand = {
  register(program, withContext) {
    program.command("tui").description("the full-screen workbench (also: agentop with no arguments)")
      .option("--no-mouse", "leave the mouse to the terminal")
      .option("--ascii", "draw with ASCII only")
      .action((options) => withContext((context) => openWorkbenchIn(context, options)));
  },
};

/** Opens the workbench of a program that is loaded already. */
export async function openWorkbenchIn(
  { app, config, host, timeZone }: Context,
  flags: TuiFlags,
): Promise<number> {
  return await openWorkbench({ config, host, timeZone, program: () => Promise.resolve(app) }, flags);
}

/** What the first rows wait for comes before. */
const ARM_AFTER_MS = 1_500;
/** Who draws reads a few pages again and again, and all of them now and then: those stay with the system. */
const CACHE_KIB = 8_192;

/** Throws `AgentOpError`. */
export function checkTerminal({ term }: Config): void {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) {
    throw new AgentOpError("Cannot open the workbench: this is not a terminal", {
      remedy: "agentop demo, or agentop --help",
    });
  }
  if (term === "dumb") {
    throw new AgentOpError('Cannot open the workbench: TERM is "dumb"', {
      remedy: "agentop demo, or another terminal",
    });
  }
}

/**
 * Opens the workbench; its runs execute in processes of their own. Its store opens when the first frame is shown: to start a thread
 * holds up this one for as long as drawing that takes.
 */
export async function openWorkbench(seat: Seat, flags: TuiFlags): Promise<number> {
  const { config } = seat;
  checkTerminal(config);
  checkStorePath(config);
  const redactor = new Redactor(secretsOf(config));
  const arm = async () => {
    const { loadRedaction } = await import("../../../app/mod.ts");
    await (await loadRedaction()).arm(redactor, config);
  };
  if (config.redact !== undefined) await arm(); // a rule that there is none of is said before the screen changes
  let opening: Promise<Store> | undefined;
  const lazy = lazyStore(() =>
    opening = openStoreInWorker(config.storePath, redactor, { cacheKib: CACHE_KIB })
  );
  await using stack = new AsyncDisposableStack();
  // Nobody has written a word by then.
  const arming = setTimeout(() => void arm().catch(() => {}), ARM_AFTER_MS);
  stack.defer(() => clearTimeout(arming));
  stack.defer(async () => {
    const store = await opening?.catch(() => undefined); // said to whoever asked
    await store?.[Symbol.asyncDispose]();
  });
  const [{ runTui }, { workbenchServices }] = await Promise.all([
    import("../../../tui/mod.ts"),
    import("./services.ts"),
  ]);
  const { services } = stack.use(await workbenchServices(seat, lazy));
  return await runTui(services, {
    mouse: flags.mouse ?? true,
    ascii: flags.ascii ?? false,
    color: config.color === "none" ? "none" : "auto",
  });
}
