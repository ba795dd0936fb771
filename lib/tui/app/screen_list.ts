import type { ScreenId } from "../contract/message.ts";
import type { Query } from "../contract/queries.ts";
import type { LoadedScreen, ScreenTab } from "../contract/screen.ts";
import type { TuiServices } from "../ports.ts";
import { SCREENS } from "../screens/mod.ts";

/** Every screen there is, loaded or not. */
export const SCREEN_TABS: readonly ScreenTab[] = SCREENS;

/** The screens with a place in the header, in the order of their numbers. */
export const HEADER_TABS: readonly ScreenTab[] = SCREEN_TABS.filter((screen) => screen.tab !== false);

/** Where the workbench starts, and what lies below every other screen. */
export const HOME: ScreenId = SCREEN_TABS[0]!.id;

/** Where the workbench starts when it was left on that screen. */
export function firstScreen(left: ScreenId | undefined): ScreenId {
  return SCREEN_TABS.find(({ id, tab, under }) => id === left && (tab !== false || under))?.id ?? HOME;
}

/** Loads all screens, or those named. */
export async function loadScreens(ids?: readonly ScreenId[]): Promise<readonly LoadedScreen[]> {
  const wanted = ids ? SCREENS.filter(({ id }) => ids.includes(id)) : SCREENS;
  return await Promise.all(wanted.map(async ({ load, ...tab }) => ({ ...tab, ...await load() })));
}

/** Answers a screen's question. Sound as `erased` is: what a screen asks about is what its own query takes. */
export async function answerTo(
  screen: LoadedScreen,
  slot: string,
  about: unknown,
  services: TuiServices,
): Promise<unknown> {
  const query: Query | undefined = (await screen.queries?.())?.[slot];
  if (!query) throw new RangeError(`Cannot ask "${slot}": the screen ${screen.id} has no such query`);
  return await query(services, about as never);
}
