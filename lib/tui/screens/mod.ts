/**
 * The list of screens, in the order of their numbers. One folder each: key table, questions, pure `update` and `view`.
 *
 * @module
 */
import { erased, type ScreenEntry } from "../contract/screen.ts";

export const SCREENS: readonly ScreenEntry[] = [
  {
    id: "runs",
    title: "Runs",
    load: async () => erased((await import("./runs/screen.ts")).runsScreen),
  },
  {
    id: "launch",
    title: "Launch",
    load: async () => erased((await import("./launch/screen.ts")).launchScreen),
  },
  {
    id: "board",
    title: "Live",
    load: async () => erased((await import("./board/screen.ts")).boardScreen),
  },
  {
    id: "costs",
    title: "Costs",
    load: async () => erased((await import("./costs/screen.ts")).costsScreen),
  },
  {
    id: "evals",
    title: "Evals",
    load: async () => erased((await import("./evals/screen.ts")).evalsScreen),
  },
  {
    id: "compare",
    title: "Compare",
    load: async () => erased((await import("./compare/screen.ts")).compareScreen),
  },
  {
    id: "agents",
    title: "Agents",
    load: async () => erased((await import("./agents/screen.ts")).agentsScreen),
  },
  {
    id: "alerts",
    title: "Alerts",
    load: async () => erased((await import("./alerts/screen.ts")).alertsScreen),
  },
  {
    id: "live",
    title: "Run",
    tab: false,
    under: "board",
    load: async () => erased((await import("./live/screen.ts")).liveScreen),
  },
  {
    id: "replay",
    title: "Replay",
    tab: false,
    load: async () => erased((await import("./replay/screen.ts")).replayScreen),
  },
  {
    id: "training",
    title: "Training",
    tab: false,
    load: async () => erased((await import("./training/screen.ts")).trainingScreen),
  },
  {
    id: "settings",
    title: "Settings",
    tab: false,
    load: async () => erased((await import("./settings/screen.ts")).settingsScreen),
  },
];
