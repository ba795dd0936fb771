/** What a launcher starts. */
export interface LauncherFacts {
  /** The Deno that installed it. */
  readonly deno: string;
  /** `main.js` of the bundle. */
  readonly program: string;
  /** Flags that grant what the commands need, and what the workbench needs. */
  readonly flags: StartFlags;
  readonly version: string;
}

/** One list for each of the two kinds of process that a launcher starts. */
export interface StartFlags {
  readonly cli: readonly string[];
  readonly tui: readonly string[];
}

/** Says that a file is a launcher of ours. */
export const LAUNCHER_MARK = "agentop launcher: deno task uninstall removes it";
const DENO_PACKAGE = "deno@2.9.6";
const COMMON = ["run", "--quiet", "--no-prompt", "--no-config"];
const TUI_FLAGS = ["--v8-flags=--max-semi-space-size=2"];
const NO_DENO =
  "agentop: Cannot start: neither deno nor npx is on the PATH. Try: install Deno from https://deno.com";
const NO_PROGRAM = "agentop: Cannot start: its program is gone. Try: deno task install";

/** What Deno is told before the program's name, for the commands and for the workbench. */
export function startArguments(flags: StartFlags): StartFlags {
  return { cli: [...COMMON, ...flags.cli], tui: [...COMMON, ...TUI_FLAGS, ...flags.tui] };
}

/** The Deno that was recorded, then one on the PATH, then what npx fetches. */
export function shellLauncher({ deno, program, flags, version }: LauncherFacts): string {
  const start = startArguments(flags);
  return `#!/bin/sh
# ${LAUNCHER_MARK} (${version})
deno=${shellWord(deno)}
program=${shellWord(program)}
if [ ! -f "$program" ]; then
  echo ${shellWord(NO_PROGRAM)} >&2
  exit 2
fi
case "\${1-tui}" in
  tui) set -- ${shellWords(start.tui)} "$program" "$@" ;;
  *) set -- ${shellWords(start.cli)} "$program" "$@" ;;
esac
if [ -x "$deno" ]; then exec "$deno" "$@"; fi
if command -v deno >/dev/null 2>&1; then exec deno "$@"; fi
if command -v npx >/dev/null 2>&1; then exec npx -y ${DENO_PACKAGE} "$@"; fi
echo ${shellWord(NO_DENO)} >&2
exit 2
`;
}

/** The same for Windows. */
export function cmdLauncher({ deno, program, flags, version }: LauncherFacts): string {
  const words = (list: readonly string[]) => list.map((it) => `"${cmdText(it)}"`).join(" ");
  const start = startArguments(flags);
  const lines = [
    "@echo off",
    `rem ${LAUNCHER_MARK} (${version})`,
    "setlocal",
    `set "DENO=${cmdText(deno)}"`,
    `set "PROGRAM=${cmdText(program)}"`,
    `if not exist "%PROGRAM%" (echo ${NO_PROGRAM} 1>&2& exit /b 2)`,
    `if not exist "%DENO%" (where deno >nul 2>nul && set "DENO=deno" || set "DENO=")`,
    `set "RUN="%DENO%""`,
    `if not defined DENO (where npx >nul 2>nul && set "RUN=npx -y ${DENO_PACKAGE}" || (echo ${NO_DENO} 1>&2& exit /b 2))`,
    `if "%~1"=="" goto tui`,
    `if /i "%~1"=="tui" goto tui`,
    `call %RUN% ${words(start.cli)} "%PROGRAM%" %*`,
    "exit /b %errorlevel%",
    ":tui",
    `call %RUN% ${words(start.tui)} "%PROGRAM%" %*`,
    "exit /b %errorlevel%",
  ];
  return lines.join("\r\n") + "\r\n";
}

/** As a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function shellWords(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

function cmdText(text: string): string {
  return text.replaceAll("%", "%%");
}

type PermissionSet = Readonly<Record<string, boolean | readonly string[]>>;

/** A permission set of `deno.json` as flags, which need no configuration file where they are used. */
export function permissionFlags(set: PermissionSet): readonly string[] {
  return Object.entries(set).filter(([, value]) => value !== false)
    .map(([name, value]) =>
      value === true ? `--allow-${name}` : `--allow-${name}=${(value as string[]).join(",")}`
    );
}
