/**
 * How fast a draft is tried on the past: `node bench/simulate.ts` prints the rows, `simulateRows()` returns them.
 *
 * A history of the payday file's shape: 28,000 loans of 5,800 borrowers who return, each paid back in one sum and most of them closed, filed as
 * history in filings of a hundred entries. Measured from the events as a node gives them to the report: entries decoded, put in order, judged under
 * the law and under the draft (RATE, OPEN-LOANS, COOLING-OFF and FREQUENCY on), counted. A node's answers are not part of it.
 */
import { toHex } from "../src/core/bytes.ts";
import { ruleBit } from "../src/core/decision.ts";
import { encodeEntry } from "../src/core/encode-entry.ts";
import type { Entry, Opened } from "../src/core/entry.ts";
import { encodeEntries } from "../src/core/filing.ts";
import { emptyLimits, encodeLimits } from "../src/core/limits.ts";
import { Registry } from "../src/core/registry.ts";
import type { FiledEvent } from "../src/chain/events.ts";
import { compileRulePack, parseRulePack, type CompiledRulePack } from "../src/regulator/compile-rule-pack.ts";
import { simulate } from "../src/regulator/simulate.ts";
import { HistoryCollector } from "../src/regulator/simulate-history.ts";
import type { RulebookEvent } from "../src/core/rulebook.ts";
import type { LicencesEvent } from "../src/core/licences.ts";
import { type BenchRow, printIfMain } from "./rows.ts";

const START = 1_450_000_000;
const FILED_AT = 1_760_000_000;
const DAY = 86_400;
const LOANS = 28_000;
const BORROWERS = 5_800;
const ENTRIES = 100;
const PRODUCT = 129;
const RUNS = 8;
const BOUND = 50_000;

const DRAFT = `
pack: draft
title: Seven days
currency: { code: NGN, decimals: 2 }
zone: UTC
markets: { short: { number: 2 } }
products: { loan: { market: short, serial: 1, title: A loan } }
versions:
  - products: [loan]
    borrowers: [person]
    effectiveFrom: 2010-01-01
    reportingWindow: 30d
    rules:
      RATE: { effect: refuse, cap: 300%, convention: simple, law: { article: A draft, mark: sample } }
      OPEN-LOANS: { effect: refuse, loans: 1, law: { article: A draft, mark: sample } }
      COOLING-OFF: { effect: refuse, time: 7d, law: { article: A draft, mark: sample } }
      FREQUENCY: { effect: refuse, loans: 8, within: 365d, law: { article: A draft, mark: sample } }
`;

/** Numbers that look random and are the same in every run. */
function* numbers(): Generator<number, never, undefined> {
  for (let state = 1; ;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

interface Filed {
  readonly law: readonly (RulebookEvent | LicencesEvent)[];
  readonly filings: readonly FiledEvent[];
}

/** The events of a registry to which the loans were filed. */
function filed(): Filed {
  const twin = new Registry({ chainId: 1n, registry: new Uint8Array(20).fill(1) });
  const licence = ruleBit("LICENCE");
  const limits = encodeLimits({ ...emptyLimits(), on: licence, refuse: licence, reportingWindow: 30 * DAY });
  const licensed = {
    key: new Uint8Array(20).fill(2),
    group: 1,
    standing: "active",
    foundingUntil: 2 ** 32,
    flags: 0,
  } as const;
  const law: Filed["law"] = [
    { event: "RegistryInstalled", registry: twin.domain.registry },
    { event: "LicenceSet", platform: 1, ...licensed },
    { event: "ProductsSet", platform: 1, word: 0, bitmap: 1n << BigInt(PRODUCT) },
    { event: "VersionPublished", product: PRODUCT, kind: 1, index: 0, effectiveFrom: 0, limits },
  ];
  for (const event of law) twin.apply(event);
  const events = entries();
  const filings: FiledEvent[] = [];
  for (let at = 0; at < events.length; at += ENTRIES) {
    const { number, head: previous } = twin.chainOf(1);
    const frames = encodeEntries(events.slice(at, at + ENTRIES).map(encodeEntry));
    const filing = { platform: 1, number: number + 1, previous, recordsRoot: previous, entries: frames };
    const { head, decisions } = twin.applyFiling(FILED_AT, filing);
    const rest = { time: FILED_AT, signature: new Uint8Array(65), transactionHash: new Uint8Array(32), logIndex: 0 };
    filings.push({ type: "filed", registry: toHex(twin.domain.registry), ...filing, ...rest, head, decisions });
  }
  return { law, filings };
}

/** Loans in the order of time: each borrower's one after the other, most of them soon after the last, and the last one still open. */
function entries(): Entry[] {
  const random = numbers();
  const next = (): number => random.next().value;
  const happened: { at: number; loan: number; entry: (index: number) => Entry }[] = [];
  const each = Math.round(LOANS / BORROWERS);
  let loans = 0;
  const places = new Map<number, number>();
  for (let person = 0; loans < LOANS; person++) {
    const borrower = new Uint8Array(32).fill(person & 0xff);
    borrower.set([1, person >> 8, person & 0xff]);
    let at = START + Math.floor(next() * 300 * DAY);
    const count = 1 + Math.floor(next() * 2 * (each - 1) + 0.5);
    for (let k = 0; k < count; k++) {
      const loan = loans++;
      const principal = BigInt(10_000 * (1 + Math.floor(next() * 4)));
      const days = next() < 0.8 ? 15 : 30;
      const due = (principal * BigInt(105 + Math.floor(next() * 20))) / 100n;
      const schedule = [{ count: 1, unit: "day", gap: days, amount: due }] as const;
      const time = at;
      const terms = { kind: "Opened", basis: "founded", product: PRODUCT, disclosed: 0, principal } as const;
      happened.push({ at, loan, entry: (): Opened => ({ ...terms, borrower, time, schedule }) });
      const end = at + Math.floor(next() * days * 1.2 * DAY) + 1;
      if (k < count - 1 || next() < 0.3) {
        const close = { kind: "Closed", founded: true, borrower, time: end, reason: "repaid", principal } as const;
        const entry = (place: number): Entry => ({
          ...close,
          ref: { platform: 1, number: 1 + Math.floor(place / ENTRIES), index: place % ENTRIES },
          charges: due - principal,
        });
        happened.push({ at: end, loan, entry });
      }
      at = end + Math.floor(next() ** 3 * 60 * DAY) + 1;
    }
  }
  happened.sort((a, b) => a.at - b.at || a.loan - b.loan);
  return happened.map(({ loan, entry }, place) => {
    if (!places.has(loan)) places.set(loan, place);
    return entry(places.get(loan)!);
  });
}

/** One simulation from the events on; how many loans it was of. */
function once({ law, filings }: Filed, draft: CompiledRulePack, eachAlone: boolean): number {
  const collector = new HistoryCollector();
  for (const event of law) collector.take({ type: "law", event }, START);
  for (const filing of filings) collector.take(filing, FILED_AT);
  const { loans, refused } = simulate({
    ...{ history: collector.finish(), draft, registry: "0x00", chainId: 1n, eachAlone },
    ...{ basis: "request", dating: "drafted", spirals: { days: 14, loans: 3 } },
  }).report;
  if (loans < LOANS || refused === 0 || refused === loans) throw new Error(`${refused} of ${loans} loans were refused`);
  return loans;
}

/** Loans a second of the thread's own processor time, the best of some runs. */
export async function simulateRows(): Promise<BenchRow[]> {
  const events = filed();
  const draft = compileRulePack(parseRulePack(DRAFT, "draft.yaml"), FILED_AT);
  const row = (name: string, eachAlone: boolean): BenchRow => {
    let value = 0;
    for (let run = 0; run < RUNS; run++) {
      const before = process.threadCpuUsage();
      const loans = once(events, draft, eachAlone);
      const { user, system } = process.threadCpuUsage(before);
      value = Math.max(value, Math.round((loans / (user + system)) * 1e6));
    }
    return { name, value, unit: "loans/s", bound: BOUND, better: "higher", pass: value >= BOUND };
  };
  return [row("simulation, following the draft", false), row("simulation, each loan alone", true)];
}

await printIfMain(import.meta.url, simulateRows);
