/**
 * Fails when a folder of lib/ imports a higher or a neighbouring ring, reaches past a mod.ts or exports everything, when
 * imports go round in a circle (of files, or of two folders inside one), when a file or function has grown too long, or when
 * something but lib/cli/config.ts reads the environment.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { countFunctions } from "./layers/functions.ts";
import { circlesOf } from "./layers/circles.ts";

/** By what a folder may import: lower rings only, through their `mod.ts`. */
const RINGS: readonly (readonly string[])[] = [
  ["core"],
  ["analysis", "schema", "present"],
  [
    "store",
    "providers",
    "pricing",
    "tools",
    "scorers",
    "exporters",
    "importers",
    "otlp",
    "charts",
    "simulator",
    "documents",
    "live",
  ],
  ["agent"],
  ["replay"],
  ["evals"],
  ["app"],
  ["tui", "server", "mcp", "notebook"],
  ["cli"],
];
const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
/** Loaded by import alone; everything else in a folder is reached through its mod.ts. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;"']*?from\s+"([^"]+)"|import\(\s*"([^"]+)"|(?:^|\n)import\s+"([^"]+)"/g;

const ringOf = (folder: string) => RINGS.findIndex((folders) => folders.includes(folder));
const folderOf = (path: string) => path.split("/").length > 2 ? path.split("/")[1]! : "";

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

interface Import {
  readonly path: string;
  /** Loaded when it is called: a circle of such imports runs into nothing unfinished. */
  readonly isLazy: boolean;
}

function importsOf(path: string, text: string): readonly Import[] {
  return [...text.matchAll(IMPORT)].flatMap(([, named, lazy, bare]) => {
    const specifier = named ?? lazy ?? bare!;
    if (!specifier.startsWith(".")) return [];
    return [{ path: join(dirname(path), specifier), isLazy: lazy !== undefined }];
  });
}

const problems: string[] = [];
const graph = new Map<string, readonly string[]>();
const lines: number[] = [];

for (const path of sources("lib")) {
  const text = Deno.readTextFileSync(path);
  const count = text.split("\n").length - 1;
  lines.push(count);
  if (count > LINES_MAX) problems.push(`${path}: ${count} lines, at most ${LINES_MAX}`);
  for (const { name, length } of countFunctions(path, text)) {
    if (length > FUNCTION_LINES_MAX) {
      problems.push(`${path}: ${name} has ${length} lines, at most ${FUNCTION_LINES_MAX}`);
    }
  }
  if (path !== "lib/cli/config.ts" && /Deno\.env|process\.env/.test(text)) {
    problems.push(`${path}: reads the environment`);
  }
  const imports = importsOf(path, text);
  graph.set(path, imports.map((it) => it.path));
  const folder = folderOf(path);
  if (folder === "") continue; // lib/mod.ts may import every ring.
  const ring = ringOf(folder);
  if (ring < 0) problems.push(`${path}: folder "${folder}" belongs to no ring`);
  if (folder === "core" && /from "(?!\.)/.test(text)) problems.push(`${path}: core imports a package`);
  if (path.endsWith("/mod.ts") && /^export \*/m.test(text)) {
    problems.push(`${path}: exports everything; name what is for others`);
  }
  for (const { path: to } of imports) {
    const toFolder = folderOf(to);
    if (toFolder === folder || toFolder === "") continue;
    if (ringOf(toFolder) >= ring) problems.push(`${path}: imports ${toFolder}, which is not in a lower ring`);
    if (to !== `lib/${toFolder}/mod.ts`) problems.push(`${path}: reaches inside ${toFolder}: "${to}"`);
  }
}

for (const circle of circlesOf(graph)) problems.push(`circle of imports: ${circle.join(" → ")}`);
for (const circle of circlesOf(foldersOf(graph))) problems.push(`circle of folders: ${circle.join(" → ")}`);

/** The folders right below a folder of lib, such as `lib/tui/app`, and whose files they import. */
function foldersOf(files: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, Set<string>>();
  for (const [path, imports] of files) {
    const from = dirname(path).split("/").slice(0, 3).join("/");
    const to = folders.get(from) ?? new Set<string>();
    folders.set(from, to);
    for (const other of imports) {
      const folder = dirname(other).split("/").slice(0, 3).join("/");
      // A folder and its own subfolder belong together: `commands/mod.ts` lists what lies below it.
      if (folder !== from && !folder.startsWith(`${from}/`) && !from.startsWith(`${folder}/`)) to.add(folder);
    }
  }
  return new Map([...folders].map(([from, to]) => [from, [...to]]));
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
const sorted = lines.sort((a, b) => a - b);
console.log(
  `layers: ok (${sorted.length} files, median ${sorted[sorted.length >> 1]}, longest ${sorted.at(-1)} lines)`,
);
