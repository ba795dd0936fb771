import type { Topic } from "./section.ts";

/** What `agentop help NAME` explains beside the commands, and `docs/agents.md` in this order. Each is loaded when it is read. */
export const TOPICS: readonly Topic[] = [
  {
    name: "agent",
    about: "every key of an agent file",
    sections: async () => (await import("./agent_pages.ts")).agentSections(),
  },
  {
    name: "tools",
    about: "every tool, its settings, what it may touch",
    sections: async () => (await import("./agent_pages.ts")).toolSections(),
  },
  {
    name: "scorers",
    about: "every scorer, what it says and its settings",
    sections: async () => await (await import("./scorer_pages.ts")).scorerSections(),
  },
  {
    name: "suite",
    about: "suites of cases for agentop eval",
    sections: async () => await (await import("./suite_pages.ts")).suiteSections(),
  },
  {
    name: "search",
    about: "how runs are searched",
    sections: async () => (await import("./store_pages.ts")).searchSections(),
  },
  {
    name: "columns",
    about: "tables and columns for agentop sql",
    sections: async () => await (await import("./store_pages.ts")).columnSections(),
  },
  {
    name: "scenario",
    about: "files that script the simulator",
    sections: async () => await (await import("./file_pages.ts")).scenarioSections(),
  },
  {
    name: "prices",
    about: "prices.yaml, prices of your own",
    sections: async () => await (await import("./file_pages.ts")).priceSections(),
  },
];
