import type { Outcome } from "../core/decision.ts";
import { barChart, columnChart } from "./html-charts.ts";
import { glossary, grouped, markup, keyFigures, page, table, type Content, type Html } from "./html-page.ts";
import {
  changeLines,
  EFFECT_NAMES,
  FOR_THE_WORSE,
  INTENDED,
  laterRows,
  money,
  platformRows,
  spiralRows,
  tallyRows,
  worstSpiralRows,
  type EffectName,
} from "./simulate-words.ts";
import type { SimulationReport } from "./simulate.ts";

const NAMES = { before: "the law", after: "the draft" };
/** More platforms than that fill pages and tell nothing. */
const PLATFORMS_SHOWN = 40;
const SPIRALS_SHOWN = 20;

/** The report as a page for a committee. */
export function simulationPage(report: SimulationReport, title: string): string {
  return page(`What a draft would have done: ${title}`, [
    markup`<h1>What a draft would have done</h1>
      <p class="soft">${title}</p>`,
    summary(report),
    ...report.notes.map((one) => markup`<p><strong>${one}</strong></p>`),
    markup`<h2>What the draft changes</h2><ul>${changeLines(report).map((line) => markup`<li>${line}</li>`)}</ul>`,
    markup`<h2>Decisions</h2>`,
    outcomesTable(report),
    markup`<h2>Rules</h2>`,
    ...rulesPart(report),
    laterPart(report),
    markup`<h2>Month by month</h2>`,
    monthsChart(report),
    markup`<h2>Who is affected</h2>`,
    effectsTable(report, INTENDED),
    spiralsTable(report),
    worstSpirals(report),
    markup`<h2>What changes for the worse, or may</h2>`,
    effectsTable(report, FOR_THE_WORSE),
    markup`<h2>Platforms</h2>`,
    platformsTable(report),
    markup`<h2>How this was computed</h2>`,
    method(report),
    markup`<h2>Words</h2>`,
    glossary(
      Object.entries(report.definitions).map(([term, meaning]) => [
        EFFECT_NAMES[term] ?? term.replaceAll("_", " "),
        meaning,
      ]),
    ),
  ]);
}

function summary(report: SimulationReport): Html {
  const { loans, borrowers, refused, borrowers_affected, outcomes, amount, currency } = report;
  const more = refused - outcomes.before.refused;
  return keyFigures([
    [grouped(loans), `loans of ${grouped(borrowers)} borrowers, ${money(amount, currency)}`],
    [grouped(refused), `refused under the draft (${more < 0 ? "−" : "+"}${grouped(Math.abs(more))} against the law)`],
    [money(outcomes.after.amount_refused, currency), "principal refused under the draft"],
    [grouped(borrowers_affected), "borrowers decided otherwise"],
  ]);
}

function outcomesTable({ outcomes, currency }: SimulationReport): Html {
  const row = (outcome: Outcome): Content[] => {
    const { before, after, recorded } = outcomes;
    return [
      outcome,
      grouped(recorded[outcome]),
      grouped(before[outcome]),
      grouped(after[outcome]),
      signed(after[outcome] - before[outcome]),
    ];
  };
  const { before, after } = outcomes;
  return table(
    ["loans", "as filed", NAMES.before, NAMES.after, "change"],
    [
      ...(["accepted", "flagged", "refused"] as const).map(row),
      ["principal refused", "", money(before.amount_refused, currency), money(after.amount_refused, currency), ""],
    ],
  );
}

function rulesPart({ rules, currency }: SimulationReport): Html[] {
  const names = Object.keys(rules.after).filter((rule) =>
    [rules.before[rule], rules.after[rule]].some((one) => one !== undefined && one.breached + one.undetermined > 0),
  );
  const quiet = Object.keys(rules.after).filter((rule) => !names.includes(rule));
  const pairs = names.map((rule) => ({
    label: rule,
    before: rules.before[rule]?.breached ?? 0,
    after: rules.after[rule]?.breached ?? 0,
  }));
  const rows = names.map((rule) => {
    const [was, is] = [rules.before[rule], rules.after[rule]];
    return [
      rule,
      grouped(was?.breached ?? 0),
      grouped(is?.breached ?? 0),
      grouped(is?.undetermined ?? 0),
      grouped(is?.refused ?? 0),
      grouped(is?.refused_alone ?? 0),
      money(is?.amount_refused ?? 0n, currency),
    ];
  });
  return [
    barChart({ title: "Loans that breach each rule", ...NAMES }, pairs),
    table(
      [
        "rule",
        "breached, the law",
        "breached, the draft",
        "undetermined",
        "refused",
        "for this alone",
        "principal refused",
      ],
      rows,
      "A loan that breaches several rules counts for each of them. The last four columns are of the draft.",
    ),
    markup`<p class="soft">Nothing to count: ${quiet.join(", ") || "none"}.</p>`,
  ];
}

function monthsChart({ months }: SimulationReport): Html {
  return columnChart(
    { title: "Loans refused by month", whole: "asked for", before: "refused, the law", after: "refused, the draft" },
    months.map(({ month, loans, refused_before: before, refused_after: after }) => ({
      label: month,
      whole: loans,
      before,
      after,
    })),
  );
}

function effectsTable(report: SimulationReport, names: readonly EffectName[]): Html {
  return table(["", "loans", "borrowers", "principal"], tallyRows(report, names));
}

function spiralsTable(report: SimulationReport): Html {
  return table(["spirals", "number", "borrowers", "loans", "longest"], spiralRows(report));
}

/** No pseudonyms: a page goes from hand to hand. The number finds the loans in the table (--csv). */
function worstSpirals(report: SimulationReport): Html {
  const rows = worstSpiralRows(report, SPIRALS_SHOWN);
  if (rows.length === 0) return markup``;
  const all = report.effects.spirals.cut_short.spirals;
  return table(
    ["spiral", "loans", "refused by the draft", "platforms", "first asked for", "last asked for", "principal"],
    rows,
    `Spirals cut short: ${rows.length === all ? "all" : `the ${rows.length} longest of ${grouped(all)}`}. The number is that of the table of loans.`,
  );
}

function platformsTable(report: SimulationReport): Html {
  const rows = platformRows(report, PLATFORMS_SHOWN);
  const all = Object.keys(report.by_platform).length;
  const caption = all > rows.length ? `The ${rows.length} with the most loans of ${all}.` : undefined;
  return table(
    ["platform", "loans", "refused, the law", "refused, the draft", "principal refused, the law", "the draft"],
    rows,
    caption,
  );
}

/** What payments, closes and whatever came later breach, where that is anything. */
function laterPart(report: SimulationReport): Html {
  const rows = laterRows(report);
  if (rows.length === 0) return markup``;
  return table(
    ["later entries that breach", NAMES.before, NAMES.after],
    rows,
    "Facts, which are flagged and not refused.",
  );
}

function method(report: SimulationReport): Html {
  const {
    period,
    definitions,
    heads,
    draft,
    draft_pack: pack,
    draft_versions: versions,
    law,
    registry,
    chain_id: chain,
  } = report;
  const { from, to } = period;
  const span =
    from === null && to === null
      ? "the whole history"
      : `${from === null ? "" : `from ${from}`} ${to === null ? "" : `until before ${to}`}`;
  const { left_out: leftOut, later_entries: later } = report;
  return markup`<p>
      Every loan of the registry was judged anew, by the program that also checks every decision of the chain, under the
      law that the chain holds and under the draft: ${span}.
      ${["basis", "mode", "dating"].map((name) => markup`${definitions[name] ?? ""} `)}
    </p>
    <p>
      Not applied, because their loan was refused: ${grouped(sum(later.after.not_applied))} later entries under the
      draft, ${grouped(sum(later.before.not_applied))} under the law. Entries left out because the registry could not
      take them: ${grouped(leftOut)}. Loans taken to be repaid at the end of their schedule:
      ${grouped(later.after.assumed_closed)}. Loans judged without the one that they refinance, because that was refused:
      ${grouped(later.after.unlinked)} under the draft, ${grouped(later.before.unlinked)} under the law.
    </p>
    <p>
      What is simulated is the rules, and not people: borrowers who are refused might have asked again elsewhere or
      later, and lenders might have offered other terms.
    </p>
    ${table(
      ["version", "borrowers", "dated", "binds here from"],
      versions.map(({ product, borrower, effective_from: dated, binds_from: binds }) => [
        product,
        borrower,
        dated,
        binds,
      ]),
    )}
    <p>
      Anybody who reads the same chain gets this page again, to the byte, with the same draft and options. Draft
      <code>${pack}</code>, hash <code>${draft}</code>. Law of the chain <code>${law}</code>. Registry
      <code>${registry}</code>, chain ${chain}.
    </p>
    ${table(
      ["platform", "filings", "head"],
      Object.entries(heads).map(([platform, { number, head }]) => [
        platform,
        grouped(number),
        markup`<code>${head}</code>`,
      ]),
    )}`;
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const signed = (n: number): string => (n > 0 ? `+${grouped(n)}` : n < 0 ? `−${grouped(-n)}` : "0");
