import { toHex, type Hex } from "../core/bytes.ts";
import { type Decision, decodeDecisions, ruleNames } from "../core/decision.ts";
import { decodeEntry } from "../core/decode-entry.ts";
import type { Entry, Opened, Ref } from "../core/entry.ts";
import { splitEntries } from "../core/filing.ts";
import { judgedBy } from "../core/judged-by.ts";
import type { Rulebook } from "../core/rulebook.ts";
import type { Database } from "../store/database.ts";
import { findEntries, type FilingEntries } from "../store/filings.ts";
import type { SubmissionStatus } from "../store/submissions.ts";
import type { LawJson } from "./http/schemas.ts";
import type { LawSource } from "./ports.ts";

/** The articles behind decisions, where the operator has the rule packs that were published. */
export class DecisionLaw {
  readonly #db: Database;
  readonly #rulebook: () => Rulebook;
  readonly #source: LawSource | undefined;

  constructor(db: Database, rulebook: () => Rulebook, source: LawSource | undefined) {
    this.#db = db;
    this.#rulebook = rulebook;
    this.#source = source;
  }

  /** Of a loan that is only asked about. Undefined where no rule is named, or the gateway has no packs. */
  async ofOpening(entry: Opened, blockTime: number, decision: Decision): Promise<LawJson[] | undefined> {
    const rules = rulesOf(decision);
    if (rules.length === 0) return undefined;
    const texts = await this.#source?.();
    return texts && [...texts.rows(rules, judgedBy(this.#rulebook(), { entry, blockTime }))];
  }

  /** Of decided submissions, by their ids: those in which no rule is named are left out. */
  async of(statuses: readonly SubmissionStatus[]): Promise<ReadonlyMap<Hex, LawJson[]>> {
    const named = statuses.flatMap((status) => {
      const { platform, number, index, blockTime, decision } = status;
      const rules = decision === null ? [] : rulesOf(decodeDecisions(decision)[0]);
      if (rules.length === 0 || number === null || index === null || blockTime === null) return [];
      return [{ id: toHex(status.leaf), rules, blockTime, ref: { platform, number, index } }];
    });
    const texts = named.length === 0 ? undefined : await this.#source?.();
    if (texts === undefined) return new Map();
    const filings = new Filings(this.#db);
    await filings.load(named.map(({ ref }) => ref));
    const openings = named.map(({ ref }) => loanOf(filings.entryAt(ref), ref));
    await filings.load(openings.filter((ref) => ref !== undefined));
    return new Map(
      named.map(({ id, rules, blockTime }, i) => {
        const ref = openings[i];
        const entry = ref && filings.entryAt(ref);
        const openedIn = ref && filings.timeOf(ref);
        if (entry?.kind !== "Opened" || openedIn === undefined) return [id, []];
        return [id, [...texts.rows(rules, judgedBy(this.#rulebook(), { entry, blockTime: openedIn }, blockTime))]];
      }),
    );
  }
}

const rulesOf = (decision: Decision | undefined) =>
  decision === undefined ? [] : ruleNames((decision.breaches | decision.undetermined) >>> 0);

/** Where the loan was opened that an entry is about. */
function loanOf(entry: Entry | undefined, own: Ref): Ref | undefined {
  if (entry === undefined || entry.kind === "Barred") return undefined;
  return entry.kind === "Opened" ? own : entry.ref;
}

const nameOf = ({ platform, number }: Ref): string => `${platform}/${number}`;

/** Filings that entries are read from, each once. */
class Filings {
  readonly #db: Database;
  readonly #known = new Map<string, { readonly time: number | null; readonly entries: readonly Uint8Array[] }>();

  constructor(db: Database) {
    this.#db = db;
  }

  async load(refs: readonly Ref[]): Promise<void> {
    const missing = new Map(refs.map((ref) => [nameOf(ref), ref] as const).filter(([name]) => !this.#known.has(name)));
    if (missing.size === 0) return;
    const found: FilingEntries[] = await findEntries(this.#db, [...missing.values()]);
    for (const filing of found)
      this.#known.set(nameOf({ ...filing, index: 0 }), { time: filing.time, entries: splitEntries(filing.entries) });
  }

  entryAt(ref: Ref): Entry | undefined {
    const bytes = this.#known.get(nameOf(ref))?.entries[ref.index];
    const entry = bytes && decodeEntry(bytes);
    return typeof entry === "object" ? entry : undefined;
  }

  timeOf(ref: Ref): number | undefined {
    return this.#known.get(nameOf(ref))?.time ?? undefined;
  }
}
