import { countBusinessDays } from "./business-days.ts";
import { localDay } from "./calendar.ts";
import type { Limits } from "./limit-fields.ts";
import { LIMIT_FLAGS } from "./limits.ts";
import type { Settings } from "./settings.ts";

/** Whether a time is in a loan's window of withdrawal; `unknown` where the calendar doesn't say. */
export type InWindow = "inside" | "outside" | "unknown";

/** A window is so many seconds, or the rest of the day and so many days more, of which business days end with the last of them. */
export function inWithdrawalWindow(
  { flags, withdrawalWindow }: Pick<Limits, "flags" | "withdrawalWindow">,
  opened: number,
  time: number,
  { zone, calendar }: Settings,
): InWindow {
  const has = (flag: number): boolean => (flags & flag) !== 0;
  if (!has(LIMIT_FLAGS.withdrawalBusinessDays | LIMIT_FLAGS.withdrawalDays))
    return time <= opened + withdrawalWindow ? "inside" : "outside";
  const [first, day] = [localDay(zone, opened), localDay(zone, time)];
  if (has(LIMIT_FLAGS.withdrawalDays)) return day <= first + withdrawalWindow ? "inside" : "outside";
  const { known, unknown } = countBusinessDays(calendar, first, day - 1, withdrawalWindow);
  if (known >= withdrawalWindow) return "outside";
  return known + unknown < withdrawalWindow ? "inside" : "unknown";
}
