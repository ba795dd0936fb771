import { RUN_SYNTAX, RUN_TERMS, type RunTerm } from "../../analysis/mod.ts";
import { storeViews } from "../../store/mod.ts";
import { code, type Section } from "./section.ts";

export function searchSections(): readonly Section[] {
  const rows = (terms: readonly RunTerm[]) =>
    terms.map(({ form, meaning, example }) => [code(form), meaning, code(example)]);
  const columns = ["written", "means", "e.g."];
  return [
    {
      title: "Searching runs",
      text: [
        "`agentop runs --search`, and `/` in the workbench. Terms and words side by side must all hold.",
      ],
      table: { columns, rows: rows(RUN_TERMS) },
    },
    { title: "Put together", table: { columns, rows: rows(RUN_SYNTAX) } },
  ];
}

export async function columnSections(): Promise<readonly Section[]> {
  const views = await storeViews();
  return [
    {
      title: "SQL",
      text: [
        "`agentop sql` reads these tables and changes nothing. Times are ISO 8601 in UTC, money is USD, and null is unknown. " +
        "`…_is_compressed` is 0 here; other programs that open the file see 1 where a long text is null for them.",
      ],
      code: {
        language: "sh",
        text: 'agentop sql "select agent_id, count(*) as runs, sum(known_cost) as usd from runs group by 1"',
      },
    },
    ...views.map(({ name, columns }): Section => ({
      title: code(name),
      table: { columns: ["column", "type"], rows: columns.map((column) => [code(column.name), column.type]) },
    })),
  ];
}
