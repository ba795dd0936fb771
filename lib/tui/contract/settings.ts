/** What the settings screen changes. */
export interface Settings {
  /** `auto` follows the terminal's background. */
  readonly theme: "auto" | "dark" | "light" | "16" | "none";
  readonly mouse: boolean;
  readonly ascii: boolean;
  /** How it is told that a run waits for a person or went wrong, beside the message on the screen. */
  readonly alert: "bell" | "desktop" | "none";
}

export const THEME_CHOICES: readonly Settings["theme"][] = ["auto", "dark", "light", "16", "none"];
export const ALERT_CHOICES: readonly Settings["alert"][] = ["bell", "desktop", "none"];
export const DEFAULT_SETTINGS: Settings = Object.freeze({
  theme: "auto",
  mouse: true,
  ascii: false,
  alert: "bell",
});
