/** What a Jupyter front end asks a value for. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** A value by MIME type; a front end takes the richest that it knows. */
export type MediaBundle = Readonly<Record<string, unknown>>;

/** A value that a notebook shows by itself. */
export interface Displayed {
  /** How it is shown. Never throws: what cannot be shown says so. */
  [DISPLAY](): Promise<MediaBundle>;
}

/**
 * The same value, shown as `bundle` says when it is the last of a cell. Nothing else about it changes: the way to show it is not
 * listed among its properties.
 */
export function displayed<T extends object>(value: T, bundle: () => Promise<MediaBundle>): T {
  const shown = Object.isExtensible(value) ? value : { ...value };
  return Object.defineProperty(shown, DISPLAY, {
    value: () => bundle().catch(failed),
    enumerable: false,
    configurable: true,
  });
}

function failed(error: unknown): MediaBundle {
  return { "text/plain": `Cannot show this: ${error instanceof Error ? error.message : String(error)}` };
}
