import { barChart, columnChart } from "./html-charts.ts";
import { grouped, keyFigures, markup, page, table, type Html } from "./html-page.ts";
import type { PilotReport } from "./pilot-report.ts";
import { boundRows, BOUNDS_HEAD, percentOf } from "./pilot-standing.ts";
import { comparisonRows, GROUPS, GROUPS_MEANING, refusalRows, standingOf } from "./pilot-words.ts";
import { money } from "./simulate-words.ts";
import type { Currency } from "./value-words.ts";

/** What a page says of things that the chain has numbers for. */
export interface PilotPageWords {
  readonly currency: Currency;
  /** What the product is called. */
  readonly product?: string;
  /** A time in words, in the deployment's zone. */
  readonly at: (seconds: number) => string;
}

/** The report as a page for a committee. */
export function pilotPage(report: PilotReport, { currency, product, at }: PilotPageWords): string {
  const { pilot, take_up: takeUp } = report;
  const title = `Pilot ${pilot.number}: ${pilot.name}`;
  return page(title, [
    markup`<h1>${title}</h1>
      <p class="soft">${product ?? "Product"} (${pilot.terms.product}), at the platforms ${[...pilot.platforms].join(", ")}.</p>
      <p><strong>${standingOf(report, at)}</strong></p>`,
    summary(report, currency),
    markup`<h2>Bounds</h2>`,
    table(
      BOUNDS_HEAD,
      boundRows(report.bounds, currency),
      "Terms set when the pilot was opened; the chain keeps them.",
    ),
    markup`<h2>Take-up</h2>`,
    columnChart(
      { title: "Loans by month", whole: "asked for", before: "refused", after: "opened" },
      takeUp.by_month.map(({ month, asked, opened }) => ({
        label: month,
        whole: asked,
        before: asked - opened,
        after: opened,
      })),
    ),
    takeUp.refused === 0
      ? markup`<p class="soft">Nothing was refused.</p>`
      : table(["refused for", "loans"], refusalRows(report), "A loan that breaches several rules counts for each."),
    markup`<h2>Against the same borrowers' other loans</h2>
      <p>${GROUPS_MEANING}</p>`,
    trouble(report),
    table(["", ...GROUPS.map(([, name]) => name)], comparisonRows(report, currency)),
    markup`<h2>How this was computed</h2>`,
    method(report),
  ]);
}

function summary({ take_up: takeUp, loans }: PilotReport, currency: Currency): Html {
  return keyFigures([
    [grouped(takeUp.opened), `loans opened of ${grouped(takeUp.asked)} asked for, ${money(loans.principal, currency)}`],
    [grouped(loans.borrowers), `borrowers of ${grouped(takeUp.borrowers_asking)} who asked`],
    [percentOf(loans.cost.share), `cost by schedule, of the principal; median term ${loans.median_term_days} days`],
    [percentOf(loans.defaults.share), `of the loans written off (${grouped(loans.defaults.loans)})`],
    [grouped(loans.complaints.filed), `complaints, ${grouped(loans.complaints.answered_late)} answered late`],
  ]);
}

/** Shares in hundredths of a per cent: the chart writes whole numbers. */
function trouble({ loans, beside, before }: PilotReport): Html {
  // Bars of loans that nobody made would say that all went well with them.
  const [others, name] = beside.loans > 0 ? [beside, "their other loans"] : [before, "their loans before it"];
  if (loans.loans === 0 || others.loans === 0) return markup``;
  const per = (part: number, all: number): number => Math.round((1_000 * part) / all);
  const pair = (label: string, part: (of: PilotReport["loans"]) => number) => ({
    label,
    before: per(part(others), others.loans),
    after: per(part(loans), loans.loans),
  });
  const names = { title: "Of a thousand loans", before: name, after: "the pilot" };
  return markup`<p class="soft">Of a thousand loans:</p>
    ${barChart(names, [
      pair("repaid in full", ({ repayment }) => repayment.closed["repaid"] ?? 0),
      pair("extended", ({ repayment }) => repayment.extended),
      pair("ever past due", ({ repayment }) => repayment.past_due.any),
      pair("written off", ({ defaults }) => defaults.loans),
      pair("complaints", ({ complaints }) => complaints.filed),
    ])}`;
}

function method({ registry, chain_id: chain, heads }: PilotReport): Html {
  return markup`<p>
      From the logs of the registry <code>${registry}</code> on chain ${chain}, with no word of a platform or a gateway.
      Anybody who reads the chain up to these heads gets the same figures; <code>tally audit</code> checks that its
      decisions are what the rules give.
    </p>
    ${table(
      ["platform", "filings", "head of the last"],
      Object.entries(heads).map(([platform, { number, head }]) => [
        platform,
        grouped(number),
        markup`<code>${head}</code>`,
      ]),
    )}`;
}
