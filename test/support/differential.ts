import { loansOf } from "../../src/core/book.ts";
import { packBook, unpackBook } from "../../src/core/book-words.ts";
import type { BookWords } from "../../src/core/book-words.ts";
import { packChain } from "../../src/core/chain-words.ts";
import { concat, toHex } from "../../src/core/bytes.ts";
import { decodeDecisions, findingNames, ruleNames } from "../../src/core/decision.ts";
import type { Decision } from "../../src/core/decision.ts";
import { refText } from "../../src/core/entry.ts";
import { encodeEntries, headOf, signHead } from "../../src/core/filing.ts";
import { NOTE_TAGS } from "../../src/core/notes.ts";
import { Registry } from "../../src/core/registry.ts";
import type { AppliedFiling } from "../../src/core/registry.ts";
import type { DifferentialChain } from "./differential-chain.ts";
import { isPilot } from "../../src/core/pilot-change.ts";
import { PILOT_STANDINGS, STOP_REASONS } from "../../src/core/sandbox.ts";
import { hostileOracle } from "./custom-rules.ts";
import { PLATFORMS, ScenarioMaker } from "./random-scenario.ts";
import { Random } from "./random.ts";
import { Places, toJson } from "./scenario.ts";
import type { FileStep, Step } from "./scenario.ts";
import { secretOf } from "./world.ts";

/** The twin in its state, and where items are. */
interface World {
  readonly twin: Registry;
  readonly places: Places;
  /** Last numbers of the platforms at the last succession. */
  readonly before: Map<number, number>;
}

/** Plays scenarios on the contracts and on the twin, side by side. */
export class Differential {
  readonly #chain: DifferentialChain;
  /** How often each decision was seen, so that a run can show what it has reached. */
  readonly seen = new Map<string, number>();
  entries = 0;

  constructor(chain: DifferentialChain) {
    this.#chain = chain;
  }

  /** Plays random scenarios until this many entries were judged. Throws with a counterexample, cut down, at the first difference. */
  async run(seed: number, entries: number, onScenario: (seed: number) => void = () => {}): Promise<void> {
    const until = this.entries + entries;
    for (let scenario = seed; this.entries < until; scenario++) {
      onScenario(scenario);
      await this.#scenario(scenario);
    }
  }

  async #scenario(seed: number): Promise<void> {
    const maker = new ScenarioMaker(new Random(seed));
    const world = await this.#begin();
    const steps: Step[] = maker.begin();
    let difference: string | undefined;
    for (const step of steps) difference ??= await this.#take(world, step);
    for (let i = 0; i < 16 && difference === undefined; i++) {
      const step = maker.next(world.twin);
      steps.push(step);
      difference = await this.#take(world, step);
      if (step.do === "file") maker.remember(step, world.places);
    }
    if (difference !== undefined) throw await this.#counterexample(seed, steps, difference);
  }

  async #begin(): Promise<World> {
    await this.#chain.reset();
    const twin = Registry.following(this.#chain.domain);
    for (const event of this.#chain.events) twin.apply(event);
    return { twin, places: new Places(), before: new Map() };
  }

  /** Takes one step on both; says where they differ, if they do. An error is a difference: neither side may fail. */
  async #take(world: World, step: Step): Promise<string | undefined> {
    try {
      return await this.#compare(world, step);
    } catch (error) {
      return `one of them fails: ${String(error)}`;
    }
  }

  async #compare({ twin, places, before }: World, step: Step): Promise<string | undefined> {
    if (step.do === "succeed") for (const each of PLATFORMS) before.set(each, twin.chainOf(each).number);
    if (step.do !== "file") {
      for (const event of await this.#chain.act(step)) twin.apply(event);
      return undefined;
    }
    const { platform } = step;
    const last = twin.chainOf(platform);
    const number = last.number + 1;
    const bytes = places.lay(step, number);
    const entries = concat(encodeEntries(bytes), step.tail ?? new Uint8Array(0));
    const filing = { platform, number, previous: last.head, recordsRoot: new Uint8Array(32).fill(7), entries };
    const signature = signHead(headOf(filing, this.#chain.domain), secretOf(platform));
    const applied = twin.applyFiling(step.at, { ...filing, signature }, hostileOracle);
    const filed = await this.#chain.file({ ...filing, signature }, step.at);
    this.#count(applied);
    return (
      differentBytes("head", filed.head, applied.head) ??
      differentDecisions(step, decodeDecisions(filed.decisions), applied) ??
      different("seal", await this.#chain.sealOf(platform, number), toHex(applied.seal)) ??
      different("founding ended", await this.#chain.foundingEnded(platform), twin.chainOf(platform).foundingEnded) ??
      (await this.#differentComplaints(step, twin, places)) ??
      (await this.#differentChains(step, twin, places, before)) ??
      (await this.#differentCounts(twin)) ??
      (await this.#differentBooks(step, twin)) ??
      (await this.#differentPilots(twin))
    );
  }

  /** Of complaints made or answered in the filing. */
  async #differentComplaints({ items }: FileStep, twin: Registry, places: Places): Promise<string | undefined> {
    for (const { id, complaint, entry } of items) {
      const at = entry.kind === "Complained" ? id : complaint;
      if (at === undefined) continue;
      const ref = places.refOf(at);
      const [note, twins] = [
        await this.#chain.noteOf(entry.borrower, ref, NOTE_TAGS.complaint),
        twin.noteOf(entry.borrower, ref, NOTE_TAGS.complaint),
      ];
      if (note !== twins) return `the complaint ${refText(ref)} is ${note} on chain and ${twins} in the twin`;
    }
    return undefined;
  }

  /** Of loans opened after others, or refinanced, in the filing. */
  async #differentChains(
    { items }: FileStep,
    twin: Registry,
    places: Places,
    before: World["before"],
  ): Promise<string | undefined> {
    for (const item of items) {
      const entry = places.resolve(item);
      const { borrower } = entry;
      const closed = entry.kind === "Closed" && entry.reason === "refinanced";
      if (!closed && (entry.kind !== "Opened" || !entry.predecessor)) continue;
      const ref = closed ? entry.ref : places.refOf(item.id);
      const chain = twin.chainOfLoan(borrower, ref);
      const twins = packChain(chain);
      const difference = different(`the chain of ${refText(ref)}`, await this.#chain.chainOf(borrower, ref), twins);
      if (difference !== undefined) return difference;
      if (!chain) continue;
      const { predecessor } = chain;
      const across = predecessor !== undefined && predecessor.number <= (before.get(predecessor.platform) ?? 0);
      this.seen.set(`${closed ? "refinanced" : "linked"}${across ? " across a succession" : ""}`, 1);
    }
    return undefined;
  }

  async #differentCounts(twin: Registry): Promise<string | undefined> {
    for (const platform of PLATFORMS) {
      const counts = toJson(await this.#chain.countsOf(platform));
      const found = different(`what counts against platform ${platform}`, counts, toJson(twin.countsOf(platform)));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #differentBooks({ items }: FileStep, twin: Registry): Promise<string | undefined> {
    const borrowers = new Map(items.map(({ entry }) => [toHex(entry.borrower), entry.borrower]));
    for (const borrower of borrowers.values()) {
      const words = await this.#chain.wordsOf(borrower);
      const mine = packBook(twin.bookOf(borrower));
      for (const loan of loansOf(twin.bookOf(borrower))) {
        const note = await this.#chain.noteOf(borrower, loan, NOTE_TAGS.assignment);
        const twins = twin.noteOf(borrower, loan, NOTE_TAGS.assignment);
        if (note !== twins) return `the assignment of ${refText(loan)} is ${note} on chain and ${twins} in the twin`;
      }
      if (toJson(words) !== toJson(mine))
        return `the book of ${toHex(borrower)} is ${show(words)} on chain and ${show(mine)} in the twin`;
    }
    return undefined;
  }

  async #differentPilots(twin: Registry): Promise<string | undefined> {
    for (const pilot of twin.sandbox.pilots()) {
      const { number, counts, stoppedAt } = pilot;
      const standing = [PILOT_STANDINGS.indexOf(pilot.standing), STOP_REASONS.indexOf(pilot.reason), stoppedAt];
      const { loans, borrowers, defaults, complaints, outstanding, loss } = counts;
      const computed = [...standing, loans, borrowers, defaults, complaints, outstanding, loss].join(" ");
      const difference = different(`pilot ${number}`, await this.#chain.pilotOf(number), computed);
      if (difference !== undefined) return difference;
      const sums = different(`pilot ${number}'s loans`, sumOfLoans(twin, number), `${borrowers} ${outstanding}`);
      if (sums !== undefined) return sums;
      if (pilot.reason !== "none") this.seen.set(`pilot stopped: ${pilot.reason}`, 1);
    }
    return undefined;
  }

  #count({ entries }: AppliedFiling): void {
    this.entries += entries.length;
    for (const { entry, decision } of entries) {
      const linked = typeof entry === "object" && entry.kind === "Opened" && entry.predecessor !== undefined;
      for (const name of [decision.outcome, ...namesOf(decision)]) {
        this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
        if (linked) this.seen.set(`linked: ${name}`, 1);
      }
    }
  }

  /** Leaves out what isn't needed for there to be a difference: first steps, then entries, in ever smaller pieces. */
  async #counterexample(seed: number, steps: readonly Step[], first: string): Promise<Error> {
    let [smallest, difference] = [steps, first];
    const attempt = async (candidate: readonly Step[]): Promise<boolean> => {
      const found = await this.#play(candidate);
      if (found === undefined) return false;
      [smallest, difference] = [candidate, found];
      return true;
    };
    await this.#shrink(
      steps.length,
      async (keep) => attempt(smallest.filter((_, at) => keep(at))),
      () => smallest.length,
    );
    for (let at = 0; at < smallest.length; at++) {
      const step = smallest[at]!;
      if (step.do !== "file") continue;
      const items = (): FileStep["items"] => (smallest[at] as FileStep).items;
      await this.#shrink(
        items().length,
        async (keep) =>
          attempt(smallest.with(at, { ...(smallest[at] as FileStep), items: items().filter((_, k) => keep(k)) })),
        () => items().length,
      );
    }
    return new Error(`twin and contract differ (SEED=${seed}): ${difference}\n${toJson(smallest)}`);
  }

  async #shrink(
    length: number,
    attempt: (keep: (at: number) => boolean) => Promise<boolean>,
    left: () => number,
  ): Promise<void> {
    for (let size = Math.ceil(length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let from = 0; from < left();) if (!(await attempt((at) => at < from || at >= from + size))) from += size;
  }

  async #play(steps: readonly Step[]): Promise<string | undefined> {
    const world = await this.#begin();
    for (const step of steps) {
      const difference = await this.#take(world, step);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
}

function different(what: string, chain: unknown, twin: unknown): string | undefined {
  return chain === twin ? undefined : `${what} is ${String(chain)} on chain and ${String(twin)} in the twin`;
}

function differentBytes(what: string, chain: Uint8Array, twin: Uint8Array): string | undefined {
  return different(what, toHex(chain), toHex(twin));
}

function differentDecisions(
  step: FileStep,
  chain: readonly Decision[],
  { entries }: AppliedFiling,
): string | undefined {
  if (chain.length !== entries.length) return different("the number of decisions", chain.length, entries.length);
  for (const [index, decision] of chain.entries()) {
    const mine = entries[index]!.decision;
    const place = `entry ${index} of the filing at ${step.at}`;
    const difference = different(`the decision on ${place}`, namesText(decision), namesText(mine));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function namesText(decision: Decision): string {
  return [decision.outcome, ...namesOf(decision)].join(" ");
}

function namesOf({ findings, breaches, undetermined }: Decision): string[] {
  return [...findingNames(findings), ...ruleNames(breaches), ...ruleNames(undetermined).map((name) => `${name}?`)];
}

/** A pilot's borrowers and outstanding amount as its open loans have them. */
function sumOfLoans(twin: Registry, number: number): string {
  let [borrowers, outstanding] = [0, 0];
  for (const borrower of twin.borrowers()) {
    const open = loansOf(twin.bookOf(borrower)).filter(({ chargedOff, product, opened }) => {
      const limits = twin.rulebook.limitsAt(product, borrower[0] ?? 0, opened);
      return !chargedOff && isPilot(limits) && limits.pilot === number;
    });
    borrowers += Math.min(open.length, 1);
    outstanding += open.reduce((sum, loan) => sum + loan.outstanding, 0);
  }
  return `${borrowers} ${outstanding}`;
}

function show(words: BookWords): string {
  return `${toJson(unpackBook(words))} ${toJson(words)}`;
}
