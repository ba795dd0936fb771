import type { ScreenId } from "../contract/message.ts";
import type { Screen } from "../contract/screen.ts";
import { SCREENS } from "../screens/mod.ts";

export { SCREENS };

/** The screens with a place in the header, in the order of their numbers. */
export const TAB_SCREENS: readonly Screen[] = SCREENS.filter((screen) => screen.tab !== false);

/** Where the workbench starts, and what lies below every other screen. */
export const HOME: ScreenId = SCREENS[0]!.id;

export function screenOf(id: ScreenId): Screen {
  return SCREENS.find((screen) => screen.id === id)!;
}
