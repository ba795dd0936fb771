/**
 * Fails when a folder of lib/ imports a higher or a neighbouring ring, reaches past a mod.ts, or reads the environment
 * outside lib/cli/config.ts.
 *
 * @module
 */
const RINGS: readonly (readonly string[])[] = [
  ["core"],
  ["store", "providers", "pricing", "tools", "scorers", "exporters", "otlp", "simulator"],
  ["agent", "replay", "evals"],
  ["tui", "server", "notebook"],
  ["cli"],
];
const MAX_LINES = 500;
const ring = (folder: string) => RINGS.findIndex((folders) => folders.includes(folder));

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const problems: string[] = [];
for (const path of sources("lib")) {
  const text = Deno.readTextFileSync(path);
  const [, folder, rest] = path.split("/");
  const lines = text.split("\n").length;
  if (lines > MAX_LINES && !/reason for the length/i.test(text.slice(0, 600))) {
    problems.push(`${path}: ${lines} lines and no reason for the length at its top`);
  }
  if (path !== "lib/cli/config.ts" && /Deno\.env|process\.env/.test(text)) {
    problems.push(`${path}: reads the environment`);
  }
  if (!rest) continue; // lib/mod.ts may import every ring.
  if (ring(folder!) < 0) problems.push(`${path}: folder "${folder}" belongs to no ring`);
  const depth = path.split("/").length - 3;
  for (
    const [, up, to, file] of text.matchAll(/(?:from|import)\s*\(?\s*"((?:\.\.\/)+)([a-z_]+)\/([a-z_/.]+)"/g)
  ) {
    if (up!.length / 3 !== depth + 1) continue; // stays inside its own folder
    if (to === folder) continue;
    if (ring(to!) >= ring(folder!)) problems.push(`${path}: imports ${to}, which is not in a lower ring`);
    if (file !== "mod.ts") problems.push(`${path}: reaches inside ${to}: "${file}"`);
  }
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  Deno.exit(1);
}
console.log("layers: ok");
