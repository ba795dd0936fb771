import type { ScreenId } from "../contract/message.ts";
import type { Query } from "../contract/queries.ts";
import type { Screen } from "../contract/screen.ts";
import type { TuiServices } from "../ports.ts";
import { SCREENS } from "../screens/mod.ts";

export { SCREENS };

/** The screens with a place in the header, in the order of their numbers. */
export const TAB_SCREENS: readonly Screen[] = SCREENS.filter((screen) => screen.tab !== false);

/** Where the workbench starts, and what lies below every other screen. */
export const HOME: ScreenId = SCREENS[0]!.id;

export function screenOf(id: ScreenId): Screen {
  return SCREENS.find((screen) => screen.id === id)!;
}

/** Answers a screen's question. Sound as `erased` is: what a screen asks about is what its own query takes. */
export async function answerTo(
  id: ScreenId,
  slot: string,
  about: unknown,
  services: TuiServices,
): Promise<unknown> {
  const query: Query | undefined = (await screenOf(id).queries?.())?.[slot];
  if (!query) throw new RangeError(`Cannot ask "${slot}": the screen ${id} has no such query`);
  return await query(services, about as never);
}
