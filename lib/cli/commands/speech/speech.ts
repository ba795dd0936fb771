import { loadSpeech, type SpeechReport, type SpeechRow } from "../../../app/mod.ts";
import { AgentOpError } from "../../../core/mod.ts";
import {
  type Cell,
  cell,
  type Column,
  grouped,
  knownCost,
  plural,
  table,
  UNKNOWN_SIGN,
} from "../../../present/mod.ts";
import type { Context } from "../../context.ts";
import type { CliCommand } from "../../frame/command.ts";
import { outOption } from "../../frame/out_flag.ts";
import { addFilterFlags, type FilterFlags, readRunFilter } from "../../frame/run_filter.ts";
import { lookOf, type Style } from "../../output/look.ts";
import { abortOnSignals } from "../../process/signals.ts";

const COLUMNS: readonly Column[] = [
  { title: "MODEL", min: 8 },
  { title: "CALLS", align: "right" },
  { title: "CHARACTERS", align: "right" },
  { title: "CREDITS", align: "right" },
  { title: "COST", align: "right" },
];

const NOTES = `
Credits are those that ElevenLabs said it took, else characters at the model's published rate (~). The allowance of the account is asked
for with ELEVENLABS_API_KEY; where the key has not the permission user_read it is unknown. What a credit costs follows from
ELEVENLABS_PLAN. The speech itself is kept in the trace up to 4 MB a call: --out writes it, o in the workbench plays it.

Examples:
  agentop speech --since 30d
  agentop speech last --out audio`;

interface SpeechFlags extends FilterFlags {
  readonly out?: string | undefined;
}

export const speech: CliCommand = {
  register(program, withContext) {
    const command = program.command("speech")
      .description("characters and credits that runs spoke, against what is left of the ElevenLabs account")
      .argument("[run...]", "only these runs: ids, beginnings or ends of ids, last (default: all)")
      .addOption(outOption("write the speech itself into this folder"));
    addFilterFlags(command).addHelpText("after", NOTES)
      .action((runs, flags) => withContext((context) => show(context, runs, flags as SpeechFlags)));
  },
};

async function show(context: Context, runs: readonly string[], flags: SpeechFlags): Promise<number> {
  if (flags.out === "-") {
    throw new AgentOpError("Cannot print speech: it is no text", { remedy: "--out FOLDER" });
  }
  const { speechReport, writeSpeech } = await loadSpeech();
  using stop = abortOnSignals();
  const choice = { runs, filter: readRunFilter(flags, context), signal: stop.signal };
  if (flags.out !== undefined) {
    const written = await writeSpeech(context.app, flags.out, choice);
    if (context.json) context.printJson(written);
    else for (const path of written) context.print(`Wrote ${cell(path)}`);
    return 0;
  }
  const report = await speechReport(context.app, choice);
  if (context.json) context.printJson(report);
  else print(context, report);
  return 0;
}

function print(context: Context, { runs, models, account }: SpeechReport): void {
  if (models.length === 0) context.print("Nothing was spoken. Try: agentop help agent, for elevenlabs_speak");
  else {
    context.print(table(COLUMNS, models.map(rowOf), lookOf(context)));
    const calls = models.reduce((sum, it) => sum + it.calls, 0);
    context.print(`\n${plural(calls, "call")} of ${plural(runs, "run")}.`);
  }
  if ("unknown" in account) {
    context.print(`Account: unknown, because ${cell(account.unknown)}.`);
    return;
  }
  const { tier, usedCredits, limitCredits, leftCredits, resetsAt } = account;
  const until = resetsAt === undefined ? "" : ` until ${resetsAt.slice(0, 10)}`;
  context.print(
    `Account: plan ${cell(tier)}, ${grouped(usedCredits)} of ${grouped(limitCredits)} credits used, ${
      grouped(leftCredits)
    } left${until}.`,
  );
  if (context.config.elevenLabsPlan === undefined && models.some((it) => it.unknownCostCalls > 0)) {
    context.note(
      `agentop: What a credit costs is not known. Try: ELEVENLABS_PLAN with the name of your plan`,
    );
  }
}

function rowOf(row: SpeechRow): readonly Cell<Style>[] {
  const credits = row.credits === null
    ? UNKNOWN_SIGN
    : `${row.creditsAreEstimated ? "~" : ""}${grouped(row.credits)}`;
  return [
    { text: cell(row.model) },
    { text: String(row.calls) },
    { text: grouped(row.characters) },
    { text: credits },
    { text: knownCost(row.costUsd, row.unknownCostCalls) },
  ];
}
