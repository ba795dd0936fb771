/**
 * The list of screens, in the order of their numbers. One folder each: key table, pure `update` and `view`.
 *
 * @module
 */
import { erased, type Screen } from "../contract/screen.ts";
import { agentsScreen } from "./agents/screen.ts";
import { compareScreen } from "./compare/screen.ts";
import { costsScreen } from "./costs/screen.ts";
import { launchScreen } from "./launch/screen.ts";
import { liveScreen } from "./live/screen.ts";
import { replayScreen } from "./replay/screen.ts";
import { runsScreen } from "./runs/screen.ts";
import { settingsScreen } from "./settings/screen.ts";

export const SCREENS: readonly Screen[] = [
  erased(runsScreen),
  erased(launchScreen),
  erased(liveScreen),
  erased(costsScreen),
  erased(compareScreen),
  erased(agentsScreen),
  erased(replayScreen),
  erased(settingsScreen),
];
