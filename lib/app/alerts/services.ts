import type { Host, Redactor, Store } from "../../core/mod.ts";
import type { AppConfig } from "../config.ts";

/** What looking at rules and telling people needs. */
export interface AlertServices {
  readonly config: AppConfig;
  readonly host: Host;
  readonly redactor: Redactor;
  readonly store: () => Promise<Store>;
}

/** Where what alerts need others for goes. */
export interface AlertOutlets {
  /** Shows a notice on the person's desktop; absent where nobody sits. */
  readonly onDesktop?: (text: string) => void | Promise<void>;
  readonly onNote?: (note: string) => void;
  /** Nothing is sent over the network from here: other processes do that. */
  readonly isOffline?: boolean;
}
