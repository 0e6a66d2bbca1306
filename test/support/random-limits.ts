import type { Calendar } from "../../src/core/business-days.ts";
import { ruleBit } from "../../src/core/decision.ts";
import type { RuleName } from "../../src/core/decision.ts";
import { discountRoot } from "../../src/core/discount.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits } from "../../src/core/limits.ts";
import type { PilotTerms } from "../../src/core/sandbox.ts";
import type { Settings } from "../../src/core/settings.ts";
import { RULE_BEHAVIOURS, ruleAddress } from "./custom-rules.ts";
import type { Random } from "./random.ts";

const DAY = 86_400;

/** Pilots of a scenario, by number; each is of one product. */
export const PILOTS = [1, 2, 3] as const;

/** The rules that versions of a scenario turn on and off; LICENCE always binds. */
const RULES: readonly RuleName[] = [
  "RATE",
  "SETTLEMENT",
  "COST",
  "DEDUCTION",
  "AMOUNT",
  "TERM",
  "INCOME",
  "PLATFORM-CAP",
  "MARKET-CAP",
  "OPEN-LOANS",
  "COOLING-OFF",
  "STREAK",
  "FREQUENCY",
  "DISCLOSURE",
  "LATE",
  "FUTURE",
  "WITHDRAWAL",
  "LIFETIME-COST",
  "DAILY-COST",
  "DEFAULT-CHARGE",
  "ROLLOVER",
  "BARRED",
  "CONTACT",
  "COMPLAINT",
];

function someRules(random: Random, probability: number): number {
  return RULES.reduce((bits, name) => (random.chance(probability) ? bits | ruleBit(name) : bits), 0);
}

/** SETTLEMENT goes by RATE's fields. */
function withRate(on: number): number {
  return (on & ruleBit("SETTLEMENT")) === 0 ? on : on | ruleBit("RATE");
}

/** Limits that a Rulebook takes, near the amounts and times of random entries. `refusing` is how often a breach refuses. */
export function randomLimits(random: Random, refusing: number): Limits {
  const licence = ruleBit("LICENCE");
  const pilot = random.chance(0.25) ? ruleBit("PILOT") : 0;
  const custom = random.chance(0.2) ? ruleBit("CUSTOM") : 0;
  const often = random.chance(refusing) ? custom : 0;
  return {
    ...emptyLimits(),
    on: withRate(someRules(random, random.pick([0.15, 0.6, 1])) | licence | pilot | custom),
    refuse: someRules(random, refusing) | licence | pilot | often,
    undeterminedRefuse: someRules(random, refusing / 2) | often,
    pilot: random.pick([...PILOTS, 4]),
    custom: ruleAddress(random.pick([1, 1, 1, 1, ...RULE_BEHAVIOURS, 14])),
    customGas: 100_000,
    reportingWindow: random.pick([0, 3_600, DAY, 30 * DAY, 2 ** 32 - 1]),
    outageWindow: random.pick([0, 3_600, 3 * DAY, 2 ** 32 - 1]),
    clockSkew: random.pick([0, 60, 65_535]),
    ...randomWindow(random, pilot === 0 ? [0, 1, 2, 3] : [0, 2]),
    secondaryWindow: random.pick([0, 0, 1, 30 * DAY]),
    reflection: random.pick([0, 3_600, DAY]),
    amountMin: random.pick([0n, 1n, 10_000n]),
    amountMax: random.pick([0n, 50_000n, 1_000_000n]),
    termMinDays: random.pick([0, 7, 31]),
    termMaxDays: random.pick([0, 31, 365, 65_535]),
    platformCap: random.pick([0n, 100_000n, 2n ** 38n, 2n ** 40n - 1n]),
    marketCap: random.pick([0n, 200_000n, 2n ** 38n, 2n ** 40n - 1n]),
    maxLoans: random.pick([0, 1, 2, 5, 30]),
    maxLenders: random.pick([0, 1, 2, 3]),
    ...randomCooling(random),
    frequencyCount: random.int(1, 8),
    frequencyWindow: random.pick([1, 30, 365, 508]),
    frequencyMode: random.pick([0, 0, 1]),
    costFlat: random.pick([0n, 100n, 5_000n, 2n ** 40n - 1n]),
    costBrackets: randomBrackets(random),
    incomeMode: random.int(0, 3),
    incomeShare: random.pick([0, 250_000, 1_000_000, 2 ** 32 - 1]),
    streakDays: random.pick([0, 30, 45, 400, 65_535]),
    streakOff: random.pick([0, 7, 60, 65_535]),
    dailyShare: random.pick([0, 1_000_000, 8_000_000, 2 ** 32 - 1]),
    lifetimeShare: random.pick([0, 150_000, 1_000_000, 2 ** 32 - 1]),
    withdrawalMode: random.int(0, 1),
    ...randomRate(random),
    rolloverMax: random.pick([0, 1, 2, 15, 200]),
    rolloverPaid: random.pick([0, 0, 100_000, 500_000]),
    ...randomDefaults(random),
    contactsPerDay: random.pick([0, 1, 3, 255]),
    contactWindow: random.int(0, 7),
    contactCount: random.pick([0, 1, 2, 5, 255]),
    contactSilence: random.pick([0, 1, 2, 7, 255]),
    quietFrom: random.pick([0, 480, 1_320, random.int(0, 1_439)]),
    quietTo: random.pick([0, 480, 1_320, random.int(0, 1_439)]),
    contactFlags: random.int(0, 1),
    barredDays: random.pick([0, 30, 730, 65_535]),
    answerWithin: random.pick([0, DAY, 15 * DAY, 2 ** 32 - 1]),
  };
}

/** The withdrawal window, and the other flags as they are to be. */
function randomWindow(random: Random, flags: readonly number[]): Partial<Limits> {
  const counted = random.pick([0, 4, 4, 8]);
  const withdrawalWindow = random.pick(counted === 0 ? [0, DAY, 14 * DAY] : [1, 1, 3, 60]);
  return { flags: random.pick(flags) | counted, withdrawalWindow };
}

function randomCooling(random: Random): Partial<Limits> {
  const coolingMode = random.pick([0, 0, 1, 1, 2]);
  const coolingOff = random.pick(coolingMode === 0 ? [0, 3_600, DAY, 7 * DAY, 2 ** 32 - 1] : [1, 1, 2, 9, 60]);
  return { coolingMode, coolingOff };
}

/** Bounds of default charges, of amounts and rates that random entries come near. */
function randomDefaults(random: Random): Partial<Limits> {
  return {
    defaultFlat: random.pick([0n, 0n, 500n, 2n ** 40n - 1n]),
    defaultShare: random.pick([0, 0, 10_000, 2 ** 32 - 1]),
    defaultRate: random.pick([0n, 0n, 150_000_000n, 2n ** 64n - 1n]),
    defaultUplift: random.pick([0, 500_000, 2 ** 32 - 1]),
    defaultTotal: random.pick([0n, 0n, 1_500n, 2n ** 40n - 1n]),
    defaultTotalShare: random.pick([0, 0, 150_000, 2 ** 32 - 1]),
  };
}

function randomBrackets(random: Random): Limits["costBrackets"] {
  let upTo = 0n;
  return Array.from({ length: random.int(0, 8) }, () => {
    upTo += BigInt(random.pick([1, 5_000, 10_000, 2 ** 36]));
    return { upTo, share: random.pick([0, 1, 150_000, 1_000_000, 2 ** 32 - 1]) };
  });
}

function randomRate(random: Random): Partial<Limits> {
  const rateUnit = random.pick([0, 1, 2, 3, 255]);
  const rateYearBasis = random.pick([360, 364, 365, 366]);
  const rateCap = random.pick([0n, 240_000_000n, 360_000_000n, 4_000_000_000n, 10_000_000_000_000n]);
  const fields = { rateYearBasis, rateUnit, rateUnitCount: rateUnit < 3 ? random.int(1, 12) : 1, rateCap };
  if (random.chance(0.3)) {
    const [dayDiscount, monthDiscount] = [discountRoot(rateYearBasis, rateCap), discountRoot(12, rateCap)];
    return { ...fields, rateConvention: 1, dayDiscount, monthDiscount };
  }
  return {
    ...fields,
    rateConvention: random.pick([0, 2]),
    rateSeries: random.pick([0, 0, 0, 1, 2]),
    rateMaxAge: random.pick([0, 31, 400, 4_000]),
    rateSpread: random.pick([0n, 10_000_000n]),
  };
}

/** Terms of a pilot that soon come to their bounds. */
export function randomPilot(random: Random, product: number, now: number): PilotTerms {
  const opensAt = now - random.pick([0, 0, DAY]);
  return {
    product,
    opensAt,
    endsAt: Math.max(opensAt, now) + random.pick([DAY, 100 * DAY, 2 ** 32]),
    maxLoans: random.pick([5, 50, 2 ** 32 - 1, 2 ** 32 - 1]),
    maxBorrowers: random.pick([2, 2 ** 32 - 1, 2 ** 32 - 1]),
    maxOutstanding: random.pick([200_000n, 2n ** 64n - 1n]),
    maxLoss: random.pick([0n, 0n, 0n, 2n ** 64n - 1n]),
    consent: random.chance(0.3),
    defaultShare: random.pick([0, 0, 0, 50_000]),
    defaultFrom: random.pick([0, 1, 1]),
    complaintShare: random.pick([0, 0, 50_000]),
    complaintFrom: random.pick([0, 1, 3]),
  };
}

/** A zone whose offset changes now and then, and confirmation windows of some markets. */
export function randomSettings(random: Random, around: number): Settings {
  let from = around - random.int(0, 900) * DAY;
  const zone = Array.from({ length: random.int(0, 4) }, () => {
    from += random.int(1, 300) * DAY + random.int(0, DAY);
    return { from, offset: random.pick([0, 3_600, -18_000, 28_800, 50_400, -86_400, 86_400]) };
  });
  const markets = [1, 2].filter(() => random.chance(0.7));
  const windows = markets.map(
    (market) =>
      [
        market,
        { confirmationWindow: random.pick([0, 3_600, 3 * DAY, 60 * DAY]), graceDays: random.pick([0, 1, 30, 400]) },
      ] as const,
  );
  return { zone, markets: new Map(windows), ...(random.chance(0.7) && { calendar: randomCalendar(random, around) }) };
}

/** A calendar that may know less than is asked of it, and whose exceptions may be many. */
export function randomCalendar(random: Random, around: number): Calendar {
  const today = Math.floor(around / DAY);
  const from = today - random.pick([1, 20, 500]);
  const until = today + random.pick([1, 20, 500]);
  const often = random.pick([0, 0.05, 0.5]);
  const days = Array.from({ length: until - from }, (_, i) => from + i);
  const exceptions = days.filter(() => random.chance(often));
  return { rest: random.pick([0, 0b110_0000, 0b100_0000, 0b111_1110]), from, until, exceptions };
}
