import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { pathOf } from "./usage_error.ts";

const RUN_EXITS =
  "0 it completed · 1 it failed · 2 it could not begin · 3 a limit stopped it · 130 it was cancelled";

/** What stands below the help of commands, by path; what needs more than examples says so beside its command. */
const NOTES: Readonly<Record<string, { readonly examples?: readonly string[]; readonly exits?: string }>> = {
  agentop: {
    examples: ["agentop demo", 'agentop run main "What is 17% of 240?"', "agentop show last"],
    exits:
      "0 done · 1 it ended badly · 2 wrong usage, file or store · 3 a limit, or undecided · 130 cancelled.\n" +
      "With --json, stdout is one document. Where a command cannot begin it is empty, and stderr says why; a run that\n" +
      "failed has its `error` in the document.",
  },
  "agentop tui": { examples: ["agentop tui", "agentop tui --ascii --no-mouse", "agentop --store other.db"] },
  "agentop init": { examples: ["agentop init", "agentop init my-project"] },
  "agentop demo": { examples: ["agentop demo", "agentop demo --json"], exits: RUN_EXITS },
  "agentop trust": {
    examples: [
      "agentop agents",
      "agentop trust agents",
      "agentop trust --list",
      "agentop trust agents --remove",
    ],
  },
  "agentop agents": { examples: ["agentop agents", "agentop agents --json"] },
  "agentop run": { exits: RUN_EXITS },
  "agentop runs": {
    examples: [
      "agentop runs --since 24h --status failed,stopped",
      "agentop runs --sort cost --limit 5",
      "agentop runs --search 'kettle cost>0.01' --json",
    ],
  },
  "agentop runs delete": {
    examples: ["agentop runs delete last", "agentop runs delete 94c65806 54656b0f --yes"],
  },
  "agentop show": {
    examples: ["agentop show last", "agentop show last~2 --messages", "agentop show 94c65806 --json"],
  },
  "agentop watch": { examples: ["agentop watch last"], exits: RUN_EXITS },
  "agentop stop": { examples: ["agentop stop last", "agentop stop last --call"] },
  "agentop tell": { examples: ['agentop tell last "Leave the archive out, and be brief."'] },
  "agentop set": {
    examples: ["agentop set last maxSteps=30 budgetUsd=0.50", "agentop set last model=mistral-large-latest"],
  },
  "agentop pause": { examples: ["agentop pause last", "agentop resume last"] },
  "agentop resume": {
    examples: ["agentop resume last", "agentop resume last --max-steps 50 --budget 0.10"],
    exits: RUN_EXITS,
  },
  "agentop replay": {
    exits: `${RUN_EXITS}.\nWith --mode recorded: 0 it is the same · 1 it differs.`,
  },
  "agentop diff": {
    examples: ["agentop diff last~1 last", "agentop diff 94c65806 54656b0f --unified"],
    exits: "0 the same · 1 different · 2 trouble",
  },
  "agentop memory": { examples: ["agentop memory last --diff", "agentop memory last --step 2"] },
  "agentop score": {
    exits: "0 scored, whatever the score · 1 a scorer could give none · 2 wrong usage, file or store",
  },
  "agentop eval": {
    exits:
      "0 the gate passed, or there is none · 1 it did not · 2 it could not begin · 3 undecided, or stopped by the\n" +
      "budget · 130 cancelled",
  },
  "agentop experiments": {
    examples: ["agentop experiments", "agentop experiments --suite sales", "agentop experiments last --json"],
  },
  "agentop compare": { exits: "0 no worse shown · 1 worse · 2 trouble · 3 undecided, with --gate" },
  "agentop statusline": {
    examples: [
      "agentop statusline",
      "set -g status-right '#(agentop statusline)'     # in ~/.tmux.conf",
    ],
  },
  "agentop budget": { examples: ["agentop budget set all 5 --per day", "agentop budget list"] },
  "agentop budget set": {
    examples: ["agentop budget set all 5 --per day", "agentop budget set agent:researcher 0.05 --per run"],
  },
  "agentop budget list": { examples: ["agentop budget list", "agentop budget list --json"] },
  "agentop budget remove": { examples: ["agentop budget remove agent:researcher --per run"] },
  "agentop alerts": {
    examples: [
      "agentop alerts add cost --above 0.10",
      "agentop alerts add budget --above 80 --webhook --sign",
      "agentop alerts log",
    ],
  },
  "agentop alerts list": { examples: ["agentop alerts list", "agentop alerts list --json"] },
  "agentop alerts add": {
    examples: [
      "agentop alerts add latency --spike 5 --scope agent:researcher",
      "agentop alerts add error_rate --above 20% --per day --slack",
      "agentop alerts add score --score helpful --below 0.7 --email you@example.org",
      "agentop alerts add cost --above 5 --per day --webhook http://127.0.0.1:9000/hook --allow 127.0.0.1:9000",
    ],
  },
  "agentop alerts remove": { examples: ["agentop alerts remove cost-run"] },
  "agentop alerts check": {
    examples: ["agentop alerts check", "agentop alerts check --json"],
    exits: "0 nothing fired since the last check · 1 something did · 2 wrong usage or store",
  },
  "agentop alerts log": {
    examples: ["agentop alerts log --open", "agentop alerts log --rule cost-run --json"],
  },
  "agentop alerts allow": { examples: ["agentop alerts allow cost-run"] },
  "agentop alerts ack": { examples: ["agentop alerts ack", "agentop alerts ack 54109945"] },
  "agentop alerts mute": {
    examples: ["agentop alerts mute cost-run --hours 8", "agentop alerts mute cost-run --hours 0"],
  },
  "agentop keys": { examples: ["agentop keys create dashboard --role read", "agentop keys list"] },
  "agentop keys create": {
    examples: ["agentop keys create dashboard --role read", "agentop keys create ci --role write --json"],
  },
  "agentop keys list": { examples: ["agentop keys list", "agentop keys list --json"] },
  "agentop vault": {
    examples: [
      'export AGENTOP_VAULT=vault.txt AGENTOP_VAULT_KEY="$(agentop vault key)"',
      "agentop --redact email,phone run main 'Write to ada@example.org'",
      "agentop show last --messages | agentop vault reveal",
    ],
  },
  "agentop vault key": { examples: ["agentop vault key"] },
  "agentop vault reveal": { examples: ["agentop show last --json | agentop vault reveal"] },
  "agentop keys revoke": { examples: ["agentop keys revoke dashboard"] },
  "agentop baseline": { examples: ["agentop baseline set totals last", "agentop baseline list"] },
  "agentop baseline set": { examples: ["agentop baseline set totals last"] },
  "agentop baseline check": {
    examples: [
      "agentop baseline check totals last",
      "agentop baseline check totals last --scorer numeric=36034.8 --ignore time,arguments",
    ],
    exits: "0 alike · 1 not · 2 trouble",
  },
  "agentop baseline list": { examples: ["agentop baseline list", "agentop baseline list --json"] },
  "agentop bisect": { exits: "0 found · 1 the configuration is not the cause · 2 trouble" },
  "agentop export": { examples: ["agentop export html last", "agentop export sqlite copy.db --since 7d"] },
  "agentop cost": {
    examples: [
      "agentop cost --by day --since 7d",
      "agentop cost last",
      "agentop cost --what-if mistral-large-latest --since 30d",
      "agentop cost --cached-share 80",
      "agentop cost --forecast",
      "agentop cost --duplicates --since 7d",
    ],
  },
  "agentop cache": {
    examples: [
      "agentop cache last",
      "agentop cache --since 7d",
      "agentop cache --since 7d --agent researcher --json",
    ],
  },
  "agentop sim": {
    examples: [
      "agentop sim --port 8080 --latency 200",
      "agentop sim --scenario scenarios/ --seed 7",
      "agentop sim --lenient   # answers for any model: a server for agentop finetune run … --server URL/v1 --price 0 --suite sales",
      "MISTRAL_SERVER_URL=http://127.0.0.1:8080 agentop run main 'hi'",
    ],
    exits: "0 a signal ended it · 2 it could not begin",
  },
  "agentop db": { examples: ["agentop db stats", "agentop db verify", "agentop db backup copy.db"] },
  "agentop db migrate": { examples: ["agentop db migrate"] },
  "agentop db recanonicalise": {
    examples: ["agentop db recanonicalise", "agentop db recanonicalise --json"],
  },
  "agentop db verify": {
    examples: ["agentop db verify", "agentop db verify --json"],
    exits: "0 sound · 1 something is wrong",
  },
  "agentop db repair": {
    examples: ["agentop db repair saved.db", "agentop --store damaged.db db repair saved.db --json"],
    exits: "0 every run is whole · 1 something was lost · 2 nothing could be saved",
  },
  "agentop db backup": { examples: ["agentop db backup copy.db"] },
  "agentop db prune": {
    examples: [
      "agentop db prune --older-than 30d --dry-run",
      "agentop db prune --older-than 90d --keep-scored",
    ],
  },
  "agentop db stats": { examples: ["agentop db stats"] },
  "agentop doctor": { examples: ["agentop doctor"], exits: "0 ready · 1 something is to be repaired" },
  "agentop notebook": { examples: ["agentop notebook", "agentop notebook --install"] },
  "agentop notebook new": { examples: ["agentop notebook new dear_run --run last~2"] },
  "agentop finetune init": {
    examples: ["agentop finetune init", "agentop finetune init --template mistral-finetune --out tuning"],
  },
  "agentop finetune run": {
    examples: [
      "agentop finetune run --config finetune.yaml --data data --allow-commands",
      "agentop finetune run --model sales-7b --data data --command 'python3 train.py' --server http://127.0.0.1:8000/v1",
    ],
  },
  "agentop finetune resume": {
    examples: [
      "agentop finetune resume last",
      "agentop finetune resume sales-7b --server http://127.0.0.1:8000/v1",
    ],
  },
  "agentop finetune list": { examples: ["agentop finetune list", "agentop finetune list --json"] },
  "agentop finetune show": {
    examples: ["agentop finetune show last", "agentop finetune show sales-7b --log --follow"],
  },
  "agentop finetune stop": { examples: ["agentop finetune stop last"] },
  "agentop finetune models": { examples: ["agentop finetune models", "agentop finetune models --json"] },
  "agentop finetune forget": { examples: ["agentop finetune forget sales-7b"] },
  "agentop kernel": { examples: ["agentop kernel --connection-file connection.json"] },
  "agentop help": { examples: ["agentop help run", "agentop help db verify"] },
};

/** Adds to a command's help what is known of it here. */
export function addHelpNotes(command: CommandUnknownOpts): void {
  const { examples = [], exits } = NOTES[pathOf(command)] ?? {};
  const text = [
    ...(examples.length === 0 ? [] : [`\nExamples:\n${examples.map((it) => `  ${it}`).join("\n")}`]),
    ...(exits === undefined ? [] : [`\nExit codes: ${exits}`]),
  ].join("\n");
  if (text !== "") command.addHelpText("after", text);
}
