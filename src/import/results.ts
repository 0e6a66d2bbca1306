import type { ClientLaw } from "../client/answers.ts";
import type { Hex } from "../core/bytes.ts";
import { type FindingName, findingNames, type RuleName, ruleNames } from "../core/decision.ts";
import { type ImportedKind, kindOf } from "./claims.ts";
import { quoteField } from "./csv.ts";
import type { Timeline } from "./events.ts";
import type { Settled } from "./settling.ts";
import type { PlatformAccess, Submitted } from "./submitting.ts";

/** What became of an event that was not plainly accepted. */
export interface Result {
  /** Of the file. */
  readonly line: number;
  /** The platform's own number of the loan. */
  readonly loan: string;
  readonly platform: number;
  readonly kind: ImportedKind;
  readonly outcome: "refused" | "flagged" | "not_filed" | "quarantined";
  readonly breaches: readonly RuleName[];
  readonly undetermined: readonly RuleName[];
  readonly findings: readonly FindingName[];
  /** The submission's id: what `tally receipt` takes. */
  readonly submission: Hex;
  /** The articles behind it, where the gateway has the rule packs. */
  readonly law?: readonly ClientLaw[];
}

/** Every event that was not plainly accepted, in the order of time. */
export function resultsOf(timeline: Timeline, submitted: Submitted, settled: Settled): Result[] {
  const found: Result[] = [];
  for (let place = 0; place < timeline.length; place++) {
    const outcome = settled.fateAt(place);
    if (outcome === "none" || outcome === "accepted") continue;
    const loan = timeline.loans[timeline.loanAt(place)]!;
    found.push({
      ...{ line: loan.line, loan: loan.loan, platform: loan.platform, outcome },
      kind: kindOf(loan, timeline.stepAt(place)),
      breaches: ruleNames(settled.breachesAt(place)),
      undetermined: ruleNames(settled.undeterminedAt(place)),
      findings: findingNames(settled.findingsAt(place)),
      submission: submitted.leafAt(place),
    });
  }
  return found;
}

/** The first of them: loans that were refused, then those that were flagged, then later events. */
export function firstOf(results: readonly Result[], most: number): Result[] {
  const rank = ({ kind, outcome }: Result): number => (kind === "Opened" ? 0 : 2) + (outcome === "refused" ? 0 : 1);
  const decided = results.filter(({ outcome }) => outcome === "refused" || outcome === "flagged");
  return decided.sort((a, b) => rank(a) - rank(b)).slice(0, most);
}

/** Ids of one question. */
const ASKED = 500;

/** The same with the articles behind each, as the gateway names them. */
export async function withLaw(
  results: readonly Result[],
  accessOf: (platform: number) => Promise<PlatformAccess>,
): Promise<Result[]> {
  const law = new Map<Hex, readonly ClientLaw[]>();
  const named = results.filter(({ breaches, undetermined }) => breaches.length + undetermined.length > 0);
  for (const [platform, theirs] of Map.groupBy(named, (one) => one.platform)) {
    const { client } = await accessOf(platform);
    for (let at = 0; at < theirs.length; at += ASKED) {
      const ids = theirs.slice(at, at + ASKED).map(({ submission }) => submission);
      for (const { id, decision } of await client.submissions(ids, { law: true }))
        if (decision?.law !== undefined) law.set(id, decision.law);
    }
  }
  return results.map((one) => {
    const of = law.get(one.submission);
    return of === undefined ? one : { ...one, law: of };
  });
}

const COLUMNS = "line,loan,platform,kind,outcome,breaches,undetermined,findings,submission,articles";
const FORMAT = { delimiter: ",", quote: '"', encoding: "utf-8" } as const;

/** Results as CSV: a row each, names separated by spaces, articles by semicolons. */
export function resultsCsv(results: readonly Result[]): string {
  const rows = results.map((one) =>
    [
      ...[String(one.line), one.loan, String(one.platform), one.kind, one.outcome],
      ...[one.breaches, one.undetermined, one.findings].map((names) => names.join(" ")),
      one.submission,
      articlesOf(one).join("; "),
    ]
      .map((field) => quoteField(field, FORMAT))
      .join(","),
  );
  return `${[COLUMNS, ...rows].join("\n")}\n`;
}

/** `RATE: NFRA 2025 no. 9, Art. 6 [V2]`. */
export function articlesOf({ law = [] }: Result): string[] {
  return law.map(({ rule, article, mark }) => `${rule}: ${article} [${mark}]`);
}
