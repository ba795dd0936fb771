/** What the settings screen changes. */
export interface Settings {
  /** `auto` follows the terminal's background. */
  readonly theme: "auto" | "dark" | "light" | "16" | "none";
  readonly mouse: boolean;
  readonly ascii: boolean;
}

export const THEME_CHOICES: readonly Settings["theme"][] = ["auto", "dark", "light", "16", "none"];
export const DEFAULT_SETTINGS: Settings = Object.freeze({ theme: "auto", mouse: true, ascii: false });
