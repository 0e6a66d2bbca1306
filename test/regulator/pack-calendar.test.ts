import { readFileSync } from "node:fs";
import { expect } from "chai";
import { holidaysOf, STATES } from "../../scripts/holidays.ts";
import { countBusinessDays, prolongs } from "../../src/core/business-days.ts";
import { decodeSettings, type Settings } from "../../src/core/settings.ts";
import { compileRulePack, parseRulePack } from "../../src/regulator/compile-rule-pack.ts";
import { calendarInWords, writtenCalendar } from "../../src/regulator/pack-calendar.ts";
import { planPublication } from "../../src/regulator/plan.ts";

const NOW = 1_772_323_200;
const DAY = 86_400;
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

const CALENDAR = `calendar:
  rest: [saturday, sunday]
  from: 2024-01-01
  until: 2025-01-01
  holidays: { Spring Festival: [2024-02-12, 2024-02-13, 2024-02-17] }
  workdays: { Made up for Spring Festival: [2024-02-04, 2024-02-18, 2024-02-19] }`;

const pack = (calendar: string, time = "{ businessDays: 2 }"): string => `pack: test-pack
title: Test
currency: { code: CNY, decimals: 2 }
zone: Asia/Shanghai
${calendar}
markets: { small: { number: 2, confirmationWindow: 48h } }
products: { payday: { market: small, serial: 3, title: Payday } }
versions:
  - products: [payday]
    borrowers: [person]
    effectiveFrom: 2024-07-01
    reportingWindow: 3d
    rules:
      COOLING-OFF: { effect: refuse, time: ${time}, law: { article: Test Act 1, mark: sample } }
`;
const compile = (text: string) => compileRulePack(parseRulePack(text, "test.yaml"), NOW);

describe("regulator/pack-calendar", () => {
  it("turns holidays and days worked in their place into days that differ from their weekday", () => {
    const { settings, versions } = compile(pack(CALENDAR));
    const days = ["2024-02-04", "2024-02-12", "2024-02-13", "2024-02-18"].map(dayOf);
    expect(settings.calendar).to.deep.equal({
      ...{ rest: 0b110_0000, from: dayOf("2024-01-01"), until: dayOf("2025-01-01") },
      exceptions: days,
    });
    expect(versions[0]!.limits).to.include({ coolingMode: 1, coolingOff: 2 });
    const count = (since: string, upTo: string) => countBusinessDays(settings.calendar, dayOf(since), dayOf(upTo), 99);
    expect(count("2024-02-09", "2024-02-14")).to.deep.equal({ known: 1, unknown: 0 });
    expect(count("2024-02-16", "2024-02-18")).to.deep.equal({ known: 1, unknown: 0 });
    expect(calendarInWords(settings.calendar!)).to.equal(
      "all days but Saturday and Sunday, 2 holidays, 2 days of rest that are worked; known from 2024-01-01 to 2024-12-31",
    );
  });

  it("counts local days without a calendar, too", () => {
    expect(compile(pack("", "{ days: 3 }")).versions[0]!.limits).to.include({ coolingMode: 2, coolingOff: 3 });
  });

  const wrong: readonly [string, string, RegExp][] = [
    ["business days without a calendar", pack(""), /COOLING-OFF: it waits for business days.*no calendar/u],
    ["a holiday after its end", pack(CALENDAR.replace("2024-02-13", "2025-01-01")), /Spring Festival, 2025-01-01, is/u],
    ["no day at all", pack(CALENDAR.replace("until: 2025", "until: 2024")), /ends where it begins/u],
    ["a day that no year has", pack(CALENDAR.replace("2024-02-13", "2024-02-30")), /a day of the calendar/u],
    ["a wait of no days", pack(CALENDAR, "{ businessDays: 0 }"), /COOLING-OFF\.time/u],
    ["more days than can be counted", pack(CALENDAR, "{ days: 61 }"), /COOLING-OFF\.time/u],
  ];
  for (const [what, text, says] of wrong) it(`refuses ${what}`, () => expect(() => compile(text)).to.throw(says));

  describe("is published", () => {
    const notices = { tightening: 30 * DAY, relaxation: 10 * DAY };
    const held = compile(pack(CALENDAR)).settings;
    const planned = (settings: Settings, calendar: string) => {
      const state = { now: NOW, notices, settings, points: new Map(), versions: new Map(), packs: [] };
      return planPublication(compile(pack(calendar)), state).steps.filter(({ kind }) => kind === "settings");
    };
    const longer = CALENDAR.replace("until: 2025-01-01", "until: 2026-01-01");
    const settingsOf = ([step]: ReturnType<typeof planned>) =>
      decodeSettings((step as { settings: Uint8Array }).settings);

    it("without notice where it is known for longer, and the zone stays to the byte", () => {
      // Published a year earlier, the zone looks less far ahead.
      const before: Settings = { ...held, zone: held.zone.slice(0, 1) };
      const steps = planned(before, longer);
      expect(steps.map((step) => "effectiveFrom" in step && step.effectiveFrom < NOW + DAY)).to.deep.equal([true]);
      const { zone, calendar } = settingsOf(steps);
      expect(zone).to.deep.equal(before.zone);
      expect(prolongs(calendar!, held.calendar!)).to.equal(true);
    });

    it("with the longer notice where a day that was known changes", () => {
      const steps = planned(held, longer.replace("2024-02-13", "2024-02-14"));
      expect(steps.map((step) => "effectiveFrom" in step && step.effectiveFrom >= NOW + 30 * DAY)).to.deep.equal([
        true,
      ]);
    });

    it("not at all where the chain knows it, or more", () => {
      expect(planned(held, CALENDAR)).to.deep.equal([]);
      expect(planned(compile(pack(longer)).settings, CALENDAR)).to.deep.equal([]);
      expect(planned({ ...held, markets: new Map() }, CALENDAR)).to.have.length(1);
    });
  });
});

describe("rulebooks' holidays", () => {
  for (const [name, state] of Object.entries(STATES))
    it(`are, in ${name}, what its statute's rule gives`, () => {
      const { calendar } = parseRulePack(readFileSync(`rulebooks/${name}.yaml`, "utf8"), name);
      const { from, until, holidays } = writtenCalendar(calendar!);
      const year = (text: unknown): number => Number(String(text).slice(0, 4));
      expect(holidays).to.deep.equal(holidaysOf(state, year(from), year(until) - 1));
    });

  it("move from weekends, and never onto each other", () => {
    const { "Independence Day": july, ...others } = holidaysOf(STATES["us-sc"]!, 2020, 2021);
    expect(july).to.deep.equal(["2020-07-03", "2021-07-05"]);
    expect(others["New Year's Day"]).to.deep.equal(["2020-01-01", "2021-01-01", "2021-12-31"]);
    const all = Object.values(holidaysOf(STATES["us-sc"]!, 2010, 2040)).flat();
    expect(new Set(all).size).to.equal(all.length);
  });
});
