import { grouped } from "./html-page.ts";
import type { Spirals } from "./simulate-effects.ts";
import type { SimulationReport } from "./simulate.ts";

/** Names of a report's effects, for people. */
export const EFFECT_NAMES: Readonly<Record<string, string>> = {
  before: "the law",
  after: "the draft",
  recorded: "as filed",
  borrowers_affected: "borrowers decided otherwise",
  newly_refused: "newly refused",
  newly_let_through: "newly let through",
  never_made: "let through, but never made",
  losing_access: "losing access",
  gaining_access: "gaining access",
  cut_short: "spirals cut short",
  punctual_borrowers: "refused although they repaid everything on time",
  punctual_loans: "refused although repaid on time",
  first_loans: "refused although it is their first loan",
  undetermined_alone: "refused for a missing input alone",
  not_applied: "not applied",
  unlinked: "judged without the loan that they refinance",
};

/** Minor units as an amount in the currency: `25 000.00 NGN`. */
export function money(amount: bigint, { code, decimals }: SimulationReport["currency"]): string {
  const unit = 10n ** BigInt(decimals);
  const rest = decimals === 0 ? "" : `.${String(amount % unit).padStart(decimals, "0")}`;
  return `${grouped(amount / unit)}${rest} ${code}`;
}

/** Rows of tallies by name: name, loans, borrowers, principal. */
export function tallyRows({ effects, currency }: SimulationReport, names: readonly EffectName[]): string[][] {
  return names.map((name) => {
    const { loans, borrowers, amount } = effects[name];
    return [EFFECT_NAMES[name] ?? name, grouped(loans), grouped(borrowers), money(amount, currency)];
  });
}

/** Effects that are counted in loans, borrowers and principal. */
export type EffectName = Exclude<keyof SimulationReport["effects"], "spirals">;

/** What a committee looks at first, and what it must not overlook. */
export const INTENDED: readonly EffectName[] = ["newly_refused", "losing_access"];
export const FOR_THE_WORSE: readonly EffectName[] = [
  "punctual_borrowers",
  "punctual_loans",
  "first_loans",
  "undetermined_alone",
  "newly_let_through",
  "never_made",
  "gaining_access",
];

/** Rows of spirals: name, number, borrowers, loans, longest. */
export function spiralRows({ effects }: SimulationReport): string[][] {
  const {
    before,
    after,
    cut_short: cut,
  } = effects["spirals"] as Readonly<Record<"before" | "after" | "cut_short", Spirals>>;
  const row = (name: string, { spirals, borrowers, loans, longest }: Spirals): string[] => [
    name,
    ...[spirals, borrowers, loans, longest].map(grouped),
  ];
  return [row("under the law", before), row("cut short by the draft", cut), row("left under the draft", after)];
}

/** Rows of the worst spirals cut short: number, loans, refused by the draft, platforms, first and last day, principal. */
export function worstSpiralRows({ lists, currency }: SimulationReport, most: number): string[][] {
  return lists.cut_short
    .slice(0, most)
    .map(({ spiral, loans, refused_loans: refused, platforms, first, last, amount }) => [
      String(spiral),
      grouped(loans),
      grouped(refused),
      platforms.join(", "),
      first.slice(0, DATE),
      last.slice(0, DATE),
      money(amount, currency),
    ]);
}

/** Of an instant, so much is its day. */
const DATE = 10;

/** Rows of the rules that later entries of the loans breach: rule, under the law, under the draft. */
export function laterRows({ later_entries: { before, after } }: SimulationReport): string[][] {
  const rules = [...new Set([...Object.keys(before.by_rule), ...Object.keys(after.by_rule)])].sort();
  return rules.map((rule) => [rule, grouped(before.by_rule[rule] ?? 0), grouped(after.by_rule[rule] ?? 0)]);
}

/** Rows of platforms, those with the most loans first: number, loans, refused and principal refused under law and draft. */
export function platformRows({ by_platform: platforms, currency }: SimulationReport, most: number): string[][] {
  const all = Object.entries(platforms).sort(([, a], [, b]) => b.loans - a.loans);
  return all.slice(0, most).map(
    ([
      platform,
      {
        loans,
        outcomes: { before, after },
      },
    ]) => [
      platform,
      grouped(loans),
      grouped(before.refused),
      grouped(after.refused),
      money(before.amount_refused, currency),
      money(after.amount_refused, currency),
    ],
  );
}

/** What the draft changes, a sentence a line. */
export function changeLines({ changes }: SimulationReport): string[] {
  if (changes.length === 0) return ["The draft says of its products what the law says."];
  return changes.flatMap(({ title, borrower, from, until, sentences }) => {
    const whom = borrower === "person" ? "persons" : "businesses";
    const when = `${from === null ? "" : `, from ${from}`}${until === null ? "" : `, until ${until}`}`;
    return sentences.map((sentence) => `${title}, to ${whom}${when}: ${sentence}`);
  });
}
