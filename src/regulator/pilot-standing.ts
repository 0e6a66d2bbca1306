import type { Pilot } from "../core/sandbox.ts";
import { moneyInWords, percentInWords, plural, type Currency } from "./value-words.ts";

/** Where a pilot stands, in words. `now` and all times are UTC seconds; `local` says one in the deployment's zone. */
export function standingInWords(
  pilot: Pick<Pilot, "standing" | "reason" | "stoppedAt" | "why" | "terms">,
  now: number,
  local: (seconds: number) => string,
): string {
  const { standing, reason, stoppedAt, why, terms } = pilot;
  if (standing === "graduated") return "graduated: its bounds are gone, and the product's own limits are left";
  if (standing === "stopped") {
    const because = STOPPED[reason] ?? reason;
    return `stopped on ${local(stoppedAt)}: ${because}${why === "" ? "" : ` ("${why}")`}; open loans run off`;
  }
  if (now < terms.opensAt) return `opens on ${local(terms.opensAt)}`;
  if (now >= terms.endsAt) return `ended on ${local(terms.endsAt)}; open loans run off`;
  return `open, until ${local(terms.endsAt)}`;
}

const STOPPED: Readonly<Record<string, string>> = {
  "by-hand": "by the authority",
  defaults: "by itself, for its defaults",
  complaints: "by itself, for the complaints",
  loss: "by itself, for its loss",
};

/** Each bound, how far it is used, and a remark: for a table. */
export function boundsInWords(
  { terms, counts }: Pick<Pilot, "terms" | "counts">,
  currency: Currency | undefined,
): readonly (readonly [bound: string, limit: string, now: string])[] {
  const money = (amount: bigint): string => moneyInWords(amount, currency);
  const share = (cases: number): string => (counts.loans === 0 ? "no loan yet" : `${cases} of ${counts.loans} loans`);
  const beyond = (part: number, from: number): string =>
    from === 0 ? "no such condition" : `${percentInWords(part, 6)}, from ${plural(from, "loan")} on`;
  return [
    ["loans ever", plural(terms.maxLoans, "loan"), String(counts.loans)],
    ["borrowers at one time", plural(terms.maxBorrowers, "borrower"), String(counts.borrowers)],
    ["outstanding", money(terms.maxOutstanding), money(counts.outstanding)],
    ["loss; beyond it the pilot stops", money(terms.maxLoss), money(counts.loss)],
    ["defaults; beyond it the pilot stops", beyond(terms.defaultShare, terms.defaultFrom), share(counts.defaults)],
    [
      "complaints; beyond it the pilot stops",
      beyond(terms.complaintShare, terms.complaintFrom),
      share(counts.complaints),
    ],
  ];
}
