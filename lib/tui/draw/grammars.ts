import type { StreamParser } from "@codemirror/streamparser";

export type Grammar = StreamParser<unknown>;

/** How each language is read; a grammar is loaded when the first code in it is shown. */
const LOADS = {
  python: async () => (await import("@codemirror/legacy-modes/mode/python")).python,
  javascript: async () => (await import("@codemirror/legacy-modes/mode/javascript")).javascript,
  typescript: async () => (await import("@codemirror/legacy-modes/mode/javascript")).typescript,
  json: async () => (await import("@codemirror/legacy-modes/mode/javascript")).json,
  shell: async () => (await import("@codemirror/legacy-modes/mode/shell")).shell,
  sql: async () => (await import("@codemirror/legacy-modes/mode/sql")).standardSQL,
  yaml: async () => (await import("@codemirror/legacy-modes/mode/yaml")).yaml,
  toml: async () => (await import("@codemirror/legacy-modes/mode/toml")).toml,
  html: async () => (await import("@codemirror/legacy-modes/mode/xml")).html,
  xml: async () => (await import("@codemirror/legacy-modes/mode/xml")).xml,
  css: async () => (await import("@codemirror/legacy-modes/mode/css")).css,
  go: async () => (await import("@codemirror/legacy-modes/mode/go")).go,
  rust: async () => (await import("@codemirror/legacy-modes/mode/rust")).rust,
  ruby: async () => (await import("@codemirror/legacy-modes/mode/ruby")).ruby,
  c: async () => (await import("@codemirror/legacy-modes/mode/clike")).c,
  cpp: async () => (await import("@codemirror/legacy-modes/mode/clike")).cpp,
  java: async () => (await import("@codemirror/legacy-modes/mode/clike")).java,
  kotlin: async () => (await import("@codemirror/legacy-modes/mode/clike")).kotlin,
  csharp: async () => (await import("@codemirror/legacy-modes/mode/clike")).csharp,
  diff: async () => (await import("@codemirror/legacy-modes/mode/diff")).diff,
  dockerfile: async () => (await import("@codemirror/legacy-modes/mode/dockerfile")).dockerFile,
} as const satisfies Record<string, () => Promise<Grammar>>;

type Language = keyof typeof LOADS;

/** Other names that people and models give them. */
const ALIASES: Readonly<Record<string, Language>> = {
  py: "python",
  python3: "python",
  js: "javascript",
  jsx: "javascript",
  mjs: "javascript",
  node: "javascript",
  ts: "typescript",
  tsx: "typescript",
  jsonc: "json",
  jsonl: "json",
  sh: "shell",
  bash: "shell",
  zsh: "shell",
  console: "shell",
  yml: "yaml",
  svg: "xml",
  scss: "css",
  golang: "go",
  rs: "rust",
  rb: "ruby",
  "c++": "cpp",
  cc: "cpp",
  h: "c",
  kt: "kotlin",
  cs: "csharp",
  "c#": "csharp",
  patch: "diff",
  docker: "dockerfile",
};

const loaded = new Map<Language, Grammar>();
const wanted = new Set<Language>();
const failed = new Set<Language>();
let stream: typeof import("@codemirror/streamparser").StringStream | undefined;

/** The language of this name, `undefined` when it is not known. */
export function languageOf(name: string): Language | undefined {
  const key = name.trim().toLowerCase().split(/[\s,{:]/, 1)[0] ?? "";
  if (Object.hasOwn(LOADS, key)) return key as Language;
  return Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined;
}

/** What reads the language; `undefined` until it is loaded, which is asked for then. */
export function grammarFor(
  name: string,
): { readonly grammar: Grammar; readonly Stream: NonNullable<typeof stream> } | undefined {
  const language = languageOf(name);
  if (language === undefined) return undefined;
  const grammar = loaded.get(language);
  if (grammar && stream) return { grammar, Stream: stream };
  if (!failed.has(language)) wanted.add(language);
  return undefined;
}

/** How many are loaded: what was drawn with fewer is drawn anew. */
export function grammarsLoaded(): number {
  return loaded.size;
}

export function wantsGrammars(): boolean {
  return wanted.size > 0;
}

/** Loads what was asked for. Without one, code has one colour. */
export async function loadGrammars(): Promise<void> {
  const languages = [...wanted];
  wanted.clear();
  for (const language of languages) {
    try {
      stream ??= (await import("@codemirror/streamparser")).StringStream;
      loaded.set(language, await LOADS[language]());
    } catch {
      failed.add(language);
    }
  }
}
