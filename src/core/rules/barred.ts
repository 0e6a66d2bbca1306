import { DAY } from "../calendar.ts";
import { BREACH, PASS, UNDETERMINED } from "./rule.ts";
import type { Opening, Rule, Verdict } from "./rule.ts";

/** BARRED. Sources: RCW 31.45.073 (in default, until paid or two years); self-exclusion from credit (自我禁贷). */
export const barred: Rule<Opening> = {
  name: "BARRED",
  must: "A loan MUST NOT be opened while the borrower is barred, by an order or at their own wish, nor in the days after a default while it isn't over.",
  source: "RCW 31.45.073",
  judge({ times: { effective }, fact, conduct, inDefault }, { barredDays }) {
    if (!conduct) return PASS;
    const { defaultAt, barredFrom, barredUntil } = conduct;
    const ofDefault = inDefault && barredDays > 0 && defaultAt > 0 ? defaultAt + barredDays * DAY : 0;
    // What had happened before the bar or default on record isn't known any more.
    const within = (from: number, until: number): Verdict => {
      if (effective >= until) return PASS;
      return effective >= from || !fact ? BREACH : UNDETERMINED;
    };
    const verdicts = [within(barredFrom, barredUntil), within(defaultAt, ofDefault)];
    if (verdicts.includes(BREACH)) return BREACH;
    return verdicts.includes(UNDETERMINED) ? UNDETERMINED : PASS;
  },
};
