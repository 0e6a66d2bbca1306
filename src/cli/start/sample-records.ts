/** The sample market as records, in the order in which they are to be submitted. */
import { pseudonymOf } from "../../client/pseudonym.ts";
import { issueRecord, type RecordSigner } from "../../client/record.ts";
import { fromHex, type Hex, toHex } from "../../core/bytes.ts";
import { issuerName, type ClaimsJson } from "../../core/record.ts";
import { leafOf } from "../../core/sd-jwt.ts";
import { ROLLER, type SampleLoan } from "./sample-market.ts";

/** A record that waits to be submitted. */
export interface SampleRecord {
  /** Batches leave in the order of their rounds; within one, each platform's are one batch. */
  readonly round: number;
  readonly platform: number;
  readonly idempotencyKey: string;
  readonly record: string;
  readonly opening: boolean;
  /** The request that the sample shows. */
  readonly shown: boolean;
}

export interface SampleIssuers {
  /** Numbers of the sample platforms, in the order of the sample. */
  readonly platforms: readonly number[];
  readonly signers: readonly RecordSigner[];
  readonly products: Readonly<Record<SampleLoan["product"], number>>;
  readonly pseudonymKey: Hex;
  /** UTC seconds. */
  readonly now: number;
}

interface Draft {
  readonly loan: SampleLoan;
  readonly at: number;
  readonly event: SampleLoan["events"][number] | undefined;
}

/**
 * Issues every record. Each borrower's entries come in true time order across platforms: a round holds, of each borrower, what can be
 * submitted to one platform before another platform's turn comes.
 */
export function issueSample(loans: readonly SampleLoan[], issuers: SampleIssuers): SampleRecord[] {
  const byBorrower = new Map<string, Draft[]>();
  for (const loan of loans) {
    const drafts = byBorrower.get(loan.borrower) ?? [];
    byBorrower.set(loan.borrower, drafts);
    drafts.push({ loan, at: loan.opened ?? issuers.now, event: undefined });
    for (const event of loan.events) drafts.push({ loan, at: event.at, event });
  }
  const rounds: Draft[][] = [];
  for (const drafts of byBorrower.values()) {
    drafts.sort((a, b) => a.at - b.at);
    let round = 0;
    for (const [i, draft] of drafts.entries()) {
      if (i > 0 && draft.loan.platform !== drafts[i - 1]!.loan.platform) round++;
      // What is asked today comes after all history: the first request ends a platform's founding window.
      if (draft.loan.opened === undefined) continue;
      (rounds[round] ??= []).push(draft);
    }
  }
  const asked = [...byBorrower.values()].flat().filter(({ loan }) => loan.opened === undefined);
  return new Issuing(issuers).all([...rounds, asked]);
}

class Issuing {
  readonly #issuers: SampleIssuers;
  readonly #openings = new Map<SampleLoan, { readonly leaf: Hex; readonly number: string }>();
  #count = 0;

  constructor(issuers: SampleIssuers) {
    this.#issuers = issuers;
  }

  all(rounds: readonly (readonly Draft[])[]): SampleRecord[] {
    return rounds.flatMap((drafts, round) => drafts.map((draft) => this.#issue(draft, round)));
  }

  #issue({ loan, at, event }: Draft, round: number): SampleRecord {
    const { platforms, signers } = this.#issuers;
    const platform = platforms[loan.platform]!;
    const id = `sample-${String(++this.#count).padStart(4, "0")}`;
    const claims = event === undefined ? this.#opened(loan, at, id) : this.#later(loan, event, id);
    const record = issueRecord(claims, signers[loan.platform]!);
    if (event === undefined) {
      const leaf = toHex(leafOf(record.slice(0, record.indexOf("~"))));
      this.#openings.set(loan, { leaf, number: id });
    }
    const shown = loan.opened === undefined && loan.borrower === ROLLER;
    return { round, platform, idempotencyKey: id, record, opening: event === undefined, shown };
  }

  #opened(loan: SampleLoan, at: number, id: string): ClaimsJson {
    const { terms } = loan;
    const leg =
      "days" in terms
        ? { count: 1, unit: "day" as const, gap: terms.days, amount: String(loan.principal + terms.charge) }
        : { count: terms.months, unit: "month" as const, gap: 1, amount: String(terms.payment) };
    return {
      ...this.#head(loan, id),
      kind: "Opened",
      loan: { number: id },
      terms: {
        basis: loan.opened === undefined ? "request" : "founded",
        product: this.#issuers.products[loan.product],
        principal: String(loan.principal),
        ...(loan.cash !== undefined && { cash: String(loan.cash) }),
      },
      schedule: { legs: [leg] },
      ...(loan.disclosed && { disclosure: { at: at - 600 } }),
      time: { at },
    };
  }

  #later(loan: SampleLoan, { kind, at, principal, charges }: SampleLoan["events"][number], id: string): ClaimsJson {
    const { leaf, number } = this.#openings.get(loan)!;
    const paid = { founded: true as const, principal: String(principal), charges: String(charges) };
    const common = { ...this.#head(loan, id), loan: { number, opening: leaf }, time: { at } };
    return kind === "Repaid"
      ? { ...common, kind, event: paid }
      : { ...common, kind, event: { ...paid, reason: "repaid" } };
  }

  #head({ platform, borrower }: SampleLoan, id: string) {
    const { platforms, pseudonymKey, now } = this.#issuers;
    return {
      iss: issuerName(platforms[platform]!),
      iat: now,
      jti: id,
      fmt: 1 as const,
      borrower: { pseudonym: pseudonymOf(borrower, "person", fromHex(pseudonymKey, 32)) },
    };
  }
}
