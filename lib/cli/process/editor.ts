import { AgentOpError } from "../../core/mod.ts";

/** The person's own program. */
export interface Editor {
  /** With arguments, where it needs some. */
  readonly command: string;
  /** Variables that it gets besides the person's own, or instead. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Opens `text` in the editor, which gets the terminal, and resolves with what was saved; `undefined` when it is as before.
 * Throws `AgentOpError` when the editor cannot be started or fails.
 */
export async function editText(editor: Editor, text: string): Promise<string | undefined> {
  const path = await Deno.makeTempFile({ prefix: "agentop-", suffix: ".md" });
  try {
    await Deno.writeTextFile(path, text);
    await editFile(editor, path);
    const saved = await Deno.readTextFile(path);
    return saved === text ? undefined : saved;
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

/** Opens the file in the editor, at a line where it can, and resolves when it is closed. Throws like `editText`. */
export async function editFile(
  { command, environment }: Editor,
  path: string,
  line?: number,
): Promise<void> {
  const [program = "", ...args] = words(command);
  const options: Deno.CommandOptions = {
    args: [...args, ...fileArguments(program, path, line)],
    env: { ...environment },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  };
  let code: number;
  try {
    ({ code } = await new Deno.Command(program, options).spawn().status);
  } catch {
    throw new AgentOpError(`Cannot open the editor: got "${command.slice(0, 80)}"`, {
      remedy: "EDITOR=nano",
    });
  }
  if (code !== 0) throw new AgentOpError(`Cannot use what was edited: the editor ended with code ${code}`);
}

/** How editors are told of a line; of one that is not known here the file alone. */
function fileArguments(program: string, path: string, line: number | undefined): readonly string[] {
  if (line === undefined) return [path];
  const name = program.split(/[\\/]/).at(-1)!.replace(/\.(exe|cmd)$/i, "").toLowerCase();
  if (/^(vi|vim|nvim|nano|emacs|emacsclient|micro|kak)$/.test(name)) {
    return [`+${line}`, path];
  }
  if (/^(code|code-insiders|codium|cursor)$/.test(name)) return ["--goto", `${path}:${line}`];
  if (/^(hx|subl|zed)$/.test(name)) return [`${path}:${line}`];
  return [path];
}

/** Splits at blanks; quotes keep a path with blanks together. */
function words(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) =>
    match[1] ?? match[2] ?? match[3]!
  );
}
