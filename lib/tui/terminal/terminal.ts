/** What the screen asks of a terminal: the one of this process, or one in memory for tests. */
export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** True when it can send keys such as ctrl+enter. */
  readonly kittyProtocolActive: boolean;
  /** Nothing typed is echoed from here on. */
  claim?(): void;
  /** `onInput` gets one key, paste, report or answer at a time. */
  start(onInput: (data: string) => void, onResize: () => void): void;
  /** May be called at any time, more than once, and from a signal. */
  stop(): void;
  /** Swallows what is still on its way, until nothing came for `idleMs`. */
  drainInput(maxMs: number, idleMs: number): Promise<void>;
  write(data: string): void;
  setTitle(title: string): void;
  /** True while it does not read what it was sent; `onReady` is called when it did. */
  isBehind?(onReady: () => void): boolean;
}
