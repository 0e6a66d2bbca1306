/** The conventions of "annual rate" that the calculator knows: the same cash flows have a different rate under each. */
export interface ConventionInfo {
  readonly name: Convention;
  /** Other names for it. Case, blanks, dashes and underscores don't matter, and × is x. */
  readonly aliases: readonly string[];
  /** What it means, and where the law says so, in two lines. */
  readonly help: readonly [string, string];
}

export type Convention = "US_REGZ_ACTUARIAL" | "EU_ANNUAL_EFFECTIVE" | "IRR_TIMES_12" | "PBOC_2021_3_RATIO";

export const CONVENTIONS: readonly ConventionInfo[] = [
  {
    name: "US_REGZ_ACTUARIAL",
    aliases: ["US_REGZ", "REGZ", "US", "US_APR", "APPENDIX_J", "TILA", "MAPR", "NOMINAL_UNIT_PERIOD"],
    help: [
      "nominal: the rate of a unit-period times unit-periods a year; odd days earn simple interest, 1 + f i",
      "12 CFR 1026 (Regulation Z) Appendix J, actuarial method; the MAPR of 32 CFR 232.4 is the same over more charges",
    ],
  },
  {
    name: "EU_ANNUAL_EFFECTIVE",
    aliases: [
      "EU",
      "EU_APR",
      "EU_APRC",
      "APRC",
      "EU_2008_48",
      "EU_2014_17",
      "CCD",
      "CCD2",
      "UK_APR",
      "EFFECTIVE",
      "XIRR",
    ],
    help: [
      "effective: compounded yearly; a year is 365 (366) days, 52 weeks or 12 equal months; periods, then days, count back",
      "Directive 2008/48/EC Annex I part I with remarks (a)-(e), the same in 2014/17/EU; UK: FCA handbook",
    ],
  },
  {
    name: "IRR_TIMES_12",
    aliases: ["IRR_X12", "IRR12", "IRR_12", "MONTHLY_IRR_X12", "NOMINAL_MONTHLY", "CN_IRR_X12", "CN_IRR_TIMES_12"],
    help: [
      "nominal monthly: the internal rate of return of a month times 12; days count as parts of a month and compound",
      "market practice for all-in cost in China (24 % of Jin Gui [2025] 9), compound method of PBOC announcement 2021 no. 3",
    ],
  },
  {
    name: "PBOC_2021_3_RATIO",
    aliases: ["PBOC", "PBOC_RATIO", "PBOC_2021_3", "PBOC_SIMPLE", "CN_PBOC", "CN_PBOC_RATIO", "COST_RATIO"],
    help: [
      "simple: all costs over the principal really occupied, balance by balance, a year; no equation to solve",
      "PBOC announcement 2021 no. 3: by instalments, the principal is what remains after each repayment",
    ],
  },
];

/** A name as it is compared: capitals and digits only. */
function plain(name: string): string {
  return name
    .replaceAll("×", "x")
    .replaceAll("*", "x")
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
}

/** The convention of a name or alias; `undefined` where none has it. */
export function conventionOf(name: string): Convention | undefined {
  const wanted = plain(name);
  return CONVENTIONS.find((info) => [info.name, ...info.aliases].some((known) => plain(known) === wanted))?.name;
}

/** All names, for a message that says what may be given. */
export function conventionNames(): string {
  return CONVENTIONS.map((info) => info.name).join(", ");
}
