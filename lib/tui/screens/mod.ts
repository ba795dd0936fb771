/**
 * The list of screens, in the order of their numbers. One folder each: key table, pure `update` and `view`.
 *
 * @module
 */
import { erased, type Screen } from "../app/screen.ts";
import { launchScreen } from "./launch/screen.ts";
import { liveScreen } from "./live/screen.ts";
import { runsScreen } from "./runs/screen.ts";

export const SCREENS: readonly Screen[] = [erased(runsScreen), erased(launchScreen), erased(liveScreen)];
