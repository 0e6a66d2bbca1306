import { grouped } from "./html-page.ts";
import { columns } from "./text-columns.ts";
import {
  changeLines,
  FOR_THE_WORSE,
  INTENDED,
  laterRows,
  money,
  platformRows,
  spiralRows,
  tallyRows,
} from "./simulate-words.ts";
import type { SimulationReport } from "./simulate.ts";

const PLATFORMS_SHOWN = 10;

/** The report as lines of text. */
export function simulationLines(report: SimulationReport): string[] {
  const { definitions } = report;
  return [
    ...heading(report),
    "",
    ...report.notes.map((one) => `NOTE  ${one}`),
    ...(report.notes.length === 0 ? [] : [""]),
    ...changeLines(report),
    "",
    ...["basis", "mode", "dating"].map((name) => definitions[name] ?? ""),
    "",
    ...columns(["loans", "as filed", "the law", "the draft"], outcomeRows(report)),
    "",
    ...columns(["breaches of", "as filed", "the law", "the draft", "refused", "for this alone"], ruleRows(report)),
    "",
    ...section(["later entries that breach", "the law", "the draft"], laterRows(report)),
    ...columns(["affected", "loans", "borrowers", "principal"], tallyRows(report, INTENDED)),
    "",
    ...columns(["spirals", "number", "borrowers", "loans", "longest"], spiralRows(report)),
    "",
    ...columns(["for the worse, perhaps", "loans", "borrowers", "principal"], tallyRows(report, FOR_THE_WORSE)),
    "",
    ...section(
      ["platform", "loans", "refused, the law", "the draft", "principal, the law", "the draft"],
      Object.keys(report.by_platform).length > 1 ? platformRows(report, PLATFORMS_SHOWN) : [],
    ),
    ...closing(report),
  ];
}

/** Columns and an empty line, where there is anything to show. */
function section(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [...columns(head, rows), ""];
}

function heading({
  loans,
  borrowers,
  amount,
  currency,
  period,
  draft_pack: pack,
  platforms,
}: SimulationReport): string[] {
  const { from, to } = period;
  const when = `${from === null ? "" : ` from ${from}`}${to === null ? "" : ` until before ${to}`}`;
  const where = platforms === null ? "" : ` at platform ${platforms.join(", ")}`;
  return [
    `What ${pack} would have done to ${grouped(loans)} loans of ${grouped(borrowers)} borrowers, ${money(amount, currency)}${when}${where}`,
  ];
}

function outcomeRows({ outcomes: { recorded, before, after }, currency }: SimulationReport): string[][] {
  return [
    ...(["accepted", "flagged", "refused"] as const).map((outcome) => [
      outcome,
      ...[recorded, before, after].map((counts) => grouped(counts[outcome])),
    ]),
    ["principal refused", "", money(before.amount_refused, currency), money(after.amount_refused, currency)],
  ];
}

function ruleRows({ rules, by_rule: { recorded } }: SimulationReport): string[][] {
  return Object.keys(rules.after)
    .sort()
    .flatMap((rule) => {
      const [was, is] = [rules.before[rule], rules.after[rule]];
      const shown = (count: typeof is): string =>
        `${grouped(count?.breached ?? 0)}${(count?.undetermined ?? 0) > 0 ? ` +${grouped(count?.undetermined ?? 0)}?` : ""}`;
      const alone = grouped(is?.refused_alone ?? 0);
      return [[rule, grouped(recorded[rule] ?? 0), shown(was), shown(is), grouped(is?.refused ?? 0), alone]];
    });
}

function closing({
  borrowers_affected: affected,
  later_entries: { after },
  left_out: left,
  ...report
}: SimulationReport): string[] {
  const gone = Object.values(after.not_applied).reduce((a, b) => a + b, 0);
  return [
    `${grouped(affected)} borrowers are decided otherwise by the draft than by the law.`,
    "Which borrowers and which spirals: --csv FILE has them in its columns effect and spiral, --json in lists.",
    `${grouped(gone)} later entries fell away with the loans that the draft refuses; ${grouped(left)} entries were left out, which the registry could not take.`,
    ...(after.unlinked === 0
      ? []
      : [
          `Judged without the loan that they refinance, because the draft refuses that one: ${grouped(after.unlinked)}.`,
        ]),
    `Draft ${report.draft}`,
    `Law   ${report.law}`,
    ...Object.entries(report.heads).map(
      ([platform, { number, head }]) => `platform ${platform}: filing ${number}, head ${head}`,
    ),
  ];
}
