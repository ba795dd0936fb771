/**
 * The long checks of docs/reliability.md, as one table: check, what was tried, what failed, the worst that was seen, what is promised.
 * Arguments: how many minutes it may take, and which of the checks; all unless given, but for `big`, a store beyond 1 GiB.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { backups, bigBackups } from "./soak/backups.ts";
import { budgets } from "./soak/budgets.ts";
import type { SoakCheck, SoakResult } from "./soak/check.ts";
import { damagedWals } from "./soak/damaged_wals.ts";
import { flippedBits } from "./soak/flips.ts";
import { fullDisk } from "./soak/full_disk.ts";
import { fuzz } from "./soak/fuzz.ts";
import { fuzzTargets } from "./soak/fuzz_targets.ts";
import { kills } from "./soak/kills.ts";
import { migrations } from "./soak/migrations.ts";
import { posts } from "./soak/posts.ts";
import { slowPatterns } from "./soak/regexes.ts";
import { manyWriters } from "./soak/writers.ts";

const MINUTES = Number(Deno.args[0] ?? 20);
const WRITERS = 64;
const SLOW_MS = 50;
const FUZZ_INPUTS_MAX = 1_000_000;
/** A pattern may take time that grows with the square of a text of 4,000 characters, not more. */
const SLOW_PATTERN_MS = 200;

async function writers(): Promise<SoakResult> {
  const { longestMs, problems } = await manyWriters(WRITERS);
  return {
    check: "writing processes",
    tried: `${WRITERS} at once`,
    problems,
    worst: `waited ${(longestMs / 1000).toFixed(1)} s`,
    promise: "none fails, nothing is lost",
  };
}

async function patterns(): Promise<SoakResult> {
  const lib = fileURLToPath(new URL("../lib", import.meta.url));
  const { tried, worstMs, slow } = await slowPatterns(lib, SLOW_PATTERN_MS);
  return {
    check: "patterns",
    tried: `${tried} of the source`,
    problems: slow.map(({ file, pattern, piece }) => `${file}: ${pattern} over ${JSON.stringify(piece)}`),
    worst: `${Math.round(worstMs)} ms for 4,000 characters`,
    promise: `${SLOW_PATTERN_MS} ms at most`,
  };
}

/** A new part of the numbers each time. */
async function fuzzed(untilMs: number): Promise<SoakResult> {
  const targets = await fuzzTargets();
  const seed = Math.floor(Math.random() * 2 ** 31);
  const problems: string[] = [];
  const counts: string[] = [];
  let [tried, worstMs, slowest] = [0, 0, ""];
  for (const [at, target] of targets.entries()) {
    const nowMs = performance.now();
    const weights = targets.slice(at).reduce((sum, { weight = 1 }) => sum + weight, 0);
    const result = await fuzz(target, {
      seed,
      inputs: FUZZ_INPUTS_MAX,
      slowMs: SLOW_MS,
      untilMs: nowMs + Math.max(1_000, untilMs - nowMs) * (target.weight ?? 1) / weights,
    });
    await target[Symbol.asyncDispose]?.();
    tried += result.tried;
    counts.push(`${result.tried} ${target.name}`);
    if (result.worstMs > worstMs) [worstMs, slowest] = [result.worstMs, target.name];
    problems.push(...result.failures.map((it) => `${it.target}, seed ${it.seed}: ${it.what}: ${it.input}`));
  }
  return {
    check: "fuzzed inputs",
    tried: `${tried} from seed ${seed} (${counts.join(", ")})`,
    problems,
    worst: `${Math.round(worstMs)} ms (${slowest})`,
    promise: `no raw error, none over ${SLOW_MS} ms of processor time`,
  };
}

const CHECKS: readonly SoakCheck[] = [
  { name: "patterns", share: 0.1, run: patterns },
  { name: "wals", share: 0.1, run: damagedWals },
  { name: "flips", share: 0.1, run: flippedBits },
  { name: "disk", share: 0.05, run: fullDisk },
  { name: "migrations", share: 0.1, run: migrations },
  { name: "backups", share: 0.1, run: (untilMs) => backups(untilMs) },
  { name: "kills", share: 0.25, run: kills },
  { name: "budgets", share: 0.05, run: budgets },
  { name: "fuzz", share: 0.2, run: fuzzed },
  // As long as they take: their share is what the others leave them.
  { name: "posts", share: 0.1, run: posts },
  { name: "writers", share: 0.2, run: writers },
];

/** Only when it is named. */
const BIG: SoakCheck = { name: "big", share: 1, run: bigBackups };

const wanted = Deno.args.slice(1);
const unknown = wanted.find((name) => ![...CHECKS, BIG].some((check) => check.name === name));
if (!(MINUTES > 0) || unknown !== undefined) {
  const names = [...CHECKS, BIG].map(({ name }) => name).join(" ");
  console.error(
    `Cannot soak: the arguments are how many minutes it may take, and which of ${names}. Try: deno task soak 20`,
  );
  Deno.exit(2);
}
const checks = wanted.length === 0 ? CHECKS : [...CHECKS, BIG].filter(({ name }) => wanted.includes(name));
const endMs = performance.now() + MINUTES * 60_000;
const results: SoakResult[] = [];
for (const [at, check] of checks.entries()) {
  const shares = checks.slice(at).reduce((sum, { share }) => sum + share, 0);
  const nowMs = performance.now();
  results.push(await check.run(nowMs + Math.max(0, endMs - nowMs) * check.share / shares));
  console.error(`${check.name}: done`);
}
const rows = [
  ["check", "tried", "failed", "worst", "promise"],
  ...results.map((it) => [it.check, it.tried, String(it.problems.length), it.worst, it.promise]),
];
const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
for (const row of rows) {
  console.log(row.map((text, column) => text.padEnd(widths[column]!)).join("  ").trimEnd());
}
for (const { check, problems } of results) {
  for (const problem of problems) console.error(`${check}: ${problem}`);
}
Deno.exit(results.every(({ problems }) => problems.length === 0) ? 0 : 1);
