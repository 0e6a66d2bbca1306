/** The sample market as records, in the order in which they are to be submitted. */
import { pseudonymOf } from "../../client/pseudonym.ts";
import { issueRecord, type RecordSigner } from "../../client/record.ts";
import { fromHex, type Hex, toHex } from "../../core/bytes.ts";
import { issuerName, type ClaimsJson } from "../../core/record.ts";
import { leafOf } from "../../core/sd-jwt.ts";
import type { SampleEvent, SampleLoan } from "./sample-loan.ts";
import { ROLLER } from "./sample-market.ts";

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
  /** What else there is to see. */
  readonly shows?: string | undefined;
  /** It can't be filed earlier, UTC seconds: its law doesn't bind yet. */
  readonly notBefore?: number | undefined;
}

export interface SampleIssuers {
  /** Numbers of the sample platforms, in the order of the sample. */
  readonly platforms: readonly number[];
  readonly signers: readonly RecordSigner[];
  readonly products: Readonly<Record<SampleLoan["product"], number>>;
  readonly pseudonymKey: Hex;
  /** When what is asked today is asked, UTC seconds. */
  readonly now: number;
}

interface Draft {
  /** Of its loan among all. */
  readonly place: number;
  readonly loan: SampleLoan;
  readonly at: number;
  readonly event: SampleEvent | undefined;
}

/** Place of the platform that files it. */
const filerOf = ({ loan, event }: Draft): number => event?.by ?? loan.platform;

/**
 * Issues every record. Each borrower's entries come in true time order across platforms: a round holds, of each borrower, what can be
 * submitted to one platform before another platform's turn comes.
 */
export function issueSample(loans: readonly SampleLoan[], issuers: SampleIssuers): SampleRecord[] {
  const byBorrower = new Map<string, Draft[]>();
  for (const [place, loan] of loans.entries()) {
    const drafts = byBorrower.get(loan.borrower) ?? [];
    byBorrower.set(loan.borrower, drafts);
    const [opened, since] = loan.opened === undefined ? [issuers.now, issuers.now] : [loan.opened, 0];
    drafts.push({ place, loan, at: opened, event: undefined });
    for (const event of loan.events) drafts.push({ place, loan, at: since + event.at, event });
  }
  const rounds: Draft[][] = [];
  for (const drafts of byBorrower.values()) {
    drafts.sort((a, b) => a.at - b.at);
    let round = 0;
    for (const [i, draft] of drafts.entries()) {
      if (i > 0 && filerOf(draft) !== filerOf(drafts[i - 1]!)) round++;
      // What is asked today comes after all history: the first request ends a platform's founding window.
      if (draft.loan.opened === undefined) continue;
      (rounds[round] ??= []).push(draft);
    }
  }
  // A pilot's bounds are used up in the order in which the loans are listed, which is the same everywhere.
  const asked = [...byBorrower.values()].flat().filter(({ loan }) => loan.opened === undefined);
  asked.sort((a, b) => a.place - b.place);
  return new Issuing(issuers).all([...rounds, asked]);
}

/** What later records say of a loan. */
interface Issued {
  readonly opening: Hex;
  readonly number: string;
  /** Of the loan's last record. */
  last: Hex;
  /** Of its last complaint. */
  complaint?: Hex;
}

class Issuing {
  readonly #issuers: SampleIssuers;
  readonly #issued = new Map<SampleLoan, Issued>();
  #count = 0;

  constructor(issuers: SampleIssuers) {
    this.#issuers = issuers;
  }

  all(rounds: readonly (readonly Draft[])[]): SampleRecord[] {
    return rounds.flatMap((drafts, round) => drafts.map((draft) => this.#issue(draft, round)));
  }

  #issue(draft: Draft, round: number): SampleRecord {
    const { loan, at, event } = draft;
    const { platforms, signers } = this.#issuers;
    const filer = filerOf(draft);
    const id = `sample-${String(++this.#count).padStart(4, "0")}`;
    const head = this.#head(filer, loan.borrower, id);
    const claims = event === undefined ? this.#opened(loan, at, head) : this.#later(loan, at, event, head);
    const record = issueRecord(claims, signers[filer]!);
    const leaf = toHex(leafOf(record.slice(0, record.indexOf("~"))));
    if (event === undefined) this.#issued.set(loan, { opening: leaf, number: id, last: leaf });
    else {
      const known = this.#issued.get(loan)!;
      known.last = leaf;
      if (event.kind === "Complained") known.complaint = leaf;
    }
    const shown = loan.opened === undefined && loan.borrower === ROLLER;
    const base = {
      round,
      platform: platforms[filer]!,
      idempotencyKey: id,
      record,
      opening: event === undefined,
      shown,
    };
    const notBefore = loan.opened === undefined ? at : undefined;
    return { ...base, shows: event === undefined ? loan.shows : event.shows, notBefore };
  }

  #opened(loan: SampleLoan, at: number, head: Head): ClaimsJson {
    const { terms } = loan;
    const payment = "days" in terms ? loan.principal + terms.charge : terms.payment;
    return {
      ...head,
      kind: "Opened",
      loan: {
        number: head.jti,
        ...(loan.renews !== undefined && { predecessor: this.#issued.get(loan.renews)!.opening }),
      },
      terms: {
        basis: loan.opened !== undefined ? "founded" : loan.outage === undefined ? "request" : "outage",
        ...(loan.outage !== undefined && { outage: { reason: loan.outage, deadline: at + OUTAGE_SECONDS } }),
        product: this.#issuers.products[loan.product],
        principal: String(loan.principal),
        ...(loan.cash !== undefined && { cash: String(loan.cash) }),
      },
      schedule: { legs: [legOf(terms, payment)] },
      ...(loan.disclosed && { disclosure: { at: at - 600 } }),
      time: { at },
    };
  }

  #later(loan: SampleLoan, at: number, event: SampleEvent, head: Head): ClaimsJson {
    const { opening, number, last, complaint } = this.#issued.get(loan)!;
    const common = { ...head, loan: { number, opening }, time: { at } };
    const founded = loan.opened === undefined ? {} : ({ founded: true } as const);
    switch (event.kind) {
      case "Disbursed":
        return { ...common, kind: event.kind, event: { ...founded, amount: String(event.amount) } };
      case "Repaid":
        return { ...common, kind: event.kind, event: { ...founded, ...paid(event) } };
      case "Closed":
        return { ...common, kind: event.kind, event: { ...founded, ...paid(event), reason: event.reason } };
      case "Extended": {
        const { extension, fee, writeDown, paid: before, payment } = event;
        const amounts = { fee: String(fee), writeDown: String(writeDown), paid: String(before) };
        const schedule = { legs: [legOf(event, payment)] };
        return { ...common, kind: event.kind, event: { ...founded, extension, ...amounts }, schedule };
      }
      case "Overdue": {
        const { daysPastDue, amountOverdue, defaultCharges, contractRate } = event;
        const amounts = { amountOverdue: String(amountOverdue), defaultCharges: String(defaultCharges) };
        const said = { daysPastDue, ...amounts, contractRate: String(contractRate) };
        return { ...common, kind: event.kind, event: { ...founded, ...said } };
      }
      case "Contacted": {
        const { channel, party, agent } = event;
        return { ...common, kind: event.kind, event: { ...founded, channel, party, agent } };
      }
      case "Complained":
        return { ...common, kind: event.kind, event: { ...founded, topic: event.topic } };
      case "Answered":
        return { ...common, kind: event.kind, event: { ...founded, complaint: complaint!, outcome: event.outcome } };
      case "Assigned": {
        const to = this.#issuers.platforms[event.to]!;
        return { ...common, kind: event.kind, event: { ...founded, to, side: event.side } };
      }
      case "Corrected": {
        const what = { superseded: last, what: "outstanding", why: 1 } as const;
        return { ...common, kind: event.kind, event: { ...founded, ...what, value: String(event.value) } };
      }
      case "Barred":
        return {
          ...head,
          kind: event.kind,
          event: { ...founded, until: event.until, why: SELF_EXCLUSION },
          time: { at },
        };
    }
  }

  #head(filer: number, borrower: string, jti: string) {
    const { platforms, pseudonymKey, now } = this.#issuers;
    return {
      iss: issuerName(platforms[filer]!),
      iat: now,
      jti,
      fmt: 1 as const,
      borrower: { pseudonym: pseudonymOf(borrower, "person", fromHex(pseudonymKey, 32)) },
    };
  }
}

type Head = Pick<Extract<ClaimsJson, { kind: "Barred" }>, "iss" | "iat" | "jti" | "fmt" | "borrower">;

/** For how long a loan that was paid out in an outage may be filed. */
const OUTAGE_SECONDS = 86_400;

/** Code of the reason that a borrower asked for it. */
const SELF_EXCLUSION = 1;

function paid({ principal, charges }: { readonly principal: number; readonly charges: number }) {
  return { principal: String(principal), charges: String(charges) };
}

/** One sum after some days, or equal ones each month. */
function legOf(terms: { readonly days: number } | { readonly months: number }, payment: number) {
  return "days" in terms
    ? { count: 1, unit: "day" as const, gap: terms.days, amount: String(payment) }
    : { count: terms.months, unit: "month" as const, gap: 1, amount: String(payment) };
}
