import type { NoticeLevel } from "../contract/message.ts";

/** A message that goes away by itself. */
export interface Notice {
  readonly level: NoticeLevel;
  readonly text: string;
  readonly untilMs: number;
}

const NOTICES_MAX = 3;
const SHOWN_MS: Readonly<Record<NoticeLevel, number>> = { info: 4_000, warn: 6_000, error: 10_000 };

/** The newest last; the same text again only stays longer. */
export function withNotice(
  notices: readonly Notice[],
  level: NoticeLevel,
  text: string,
  nowMs: number,
): readonly Notice[] {
  const others = notices.filter((notice) => notice.untilMs > nowMs && notice.text !== text);
  return [...others, { level, text, untilMs: nowMs + SHOWN_MS[level] }].slice(-NOTICES_MAX);
}

export function shownNotices(notices: readonly Notice[], nowMs: number): readonly Notice[] {
  return notices.filter((notice) => notice.untilMs > nowMs);
}

/** When the next one goes away; `undefined` without any. */
export function noticesOverMs(notices: readonly Notice[], nowMs: number): number | undefined {
  const shown = shownNotices(notices, nowMs);
  return shown.length === 0 ? undefined : Math.min(...shown.map((notice) => notice.untilMs)) - nowMs;
}
