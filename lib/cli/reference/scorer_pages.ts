import { loadScorers } from "../../scorers/mod.ts";
import { code, type Section } from "./section.ts";

export async function scorerSections(): Promise<readonly Section[]> {
  const scorers = await loadScorers();
  return [
    {
      title: "Scorers",
      text: [
        "A scorer gives a finished run a value from 0 to 1, a pass or a fail, and a reason. One that cannot gives an error, which is " +
        "neither pass nor fail and never a zero.",
        "`agentop score RUN --scorer NAME`, `NAME=VALUE` for the setting that stands first here, or `NAME={key: value}`; in a suite " +
        "`- NAME: value`. `bisect`, `baseline check` and the library take them as well.",
        "`judge`, `pairwise` and `panel` ask a model: each question is a run of its own below the judged one, with its cost, and is asked " +
        "once more when the answer is no verdict. `pairwise` without `against` compares the two variants of a suite: the same case, the " +
        "same try, and a verdict that changes with their order is a tie. `command` gets the run as JSON on one line and prints its score; it starts without " +
        "this program's environment and only when you name it yourself, or allow it.",
      ],
      table: {
        columns: ["scorer", "says", "settings"],
        rows: scorers.map(({ name, description, keys }) => [
          code(name),
          description,
          keys.length === 0 ? "none" : keys.map(code).join(", "),
        ]),
      },
    },
    {
      title: "Written",
      text: ["As one types them in a shell:"],
      code: { language: "sh", text: scorers.map(({ example }) => example).join("\n") },
    },
  ];
}
