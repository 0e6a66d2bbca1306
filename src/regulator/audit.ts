import { equal, fromHex, toHex, type Hex } from "../core/bytes.ts";
import { decodeDecisions, findingNames, ruleNames, type Decision } from "../core/decision.ts";
import { decidedOracle } from "../core/decided-oracle.ts";
import { AppError } from "../core/errors.ts";
import { sealOf, type FilingDomain } from "../core/filing.ts";
import { Registry, type AppliedFiling } from "../core/registry.ts";
import { PILOT_STANDINGS, STOP_REASONS } from "../core/sandbox.ts";
import { artifact } from "../chain/artifacts.ts";
import { fetchBlockTime } from "../chain/blocks.ts";
import type { FiledEvent } from "../chain/events.ts";
import { hexBytes } from "../chain/rpc.ts";
import { askCustom, type CustomChecks, type CustomWord } from "./ask-custom.ts";
import { readBorrowers, wordsByBorrower, type BorrowerWords } from "./borrower-words.ts";
import { countComplaints, type ComplaintCounts } from "./complaints.ts";
import { countsAgainst, readCounts, type PlatformCounts } from "./platform-counts.ts";
import { readHistory, type HistorySource } from "./history.ts";

/** Something on the chain that isn't what the rules give when they are computed anew. */
export interface Mismatch {
  readonly what: "rejected" | "head" | "time" | "decision" | "seal" | "exposure" | "counts" | "pilot";
  /** `platform/number`, `platform/number/index`, a borrower, a platform's or a pilot's number. */
  readonly where: string;
  readonly onChain: string;
  readonly computed: string;
}

export interface AuditReport {
  readonly filings: number;
  readonly entries: number;
  readonly mismatches: number;
  /** Borrowers whose state was read from the chain and compared. */
  readonly exposures_checked: number;
  /** Block up to which the logs were read. */
  readonly block: number;
  /** The registry in service at that block. */
  readonly registry: Hex;
  /** Every registry that was in service, the first first, and the filings that it took. */
  readonly registries: readonly { readonly registry: Hex; readonly filings: number }[];
  readonly chain_id: string;
  /** Decisions on CUSTOM: rules whose code the chain runs were asked again where the node could. */
  readonly custom: CustomChecks;
  readonly decisions: { readonly accepted: number; readonly flagged: number; readonly refused: number };
  /** At the time of the last block. */
  readonly complaints: ComplaintCounts;
  /** Loans paid out during an outage, and loans that nobody closed in time, of each licensed platform. */
  readonly counts: readonly PlatformCounts[];
  /** Last number and head of each platform. */
  readonly heads: readonly { readonly platform: number; readonly number: number; readonly head: Hex }[];
  /** The first mismatches, at most a hundred. */
  readonly found: readonly Mismatch[];
  readonly seconds: number;
}

export interface AuditOptions extends HistorySource {
  readonly onProgress?: (done: number, total: number, what: "blocks" | "borrowers") => void;
}

const VIEWS_AT_ONCE = 100;
const SHOWN = 100;

/**
 * Replays every filing from the chain's logs alone and compares each head, decision and seal, and each borrower's state, with what the
 * chain holds. Nothing that a platform or a gateway says is taken into account.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const began = performance.now();
  const replay = new Replay(options);
  await replay.toEnd();
  // These first: they are asked for as of the last block, and nodes forget states.
  await replay.compareCounts();
  await replay.comparePilots();
  const exposures = await replay.compareBooks();
  const [custom, complaints] = [await replay.askCustom(), await replay.complaints()];
  return replay.report(exposures, { custom, complaints }, (performance.now() - began) / 1_000);
}

class Replay {
  readonly #options: AuditOptions;
  readonly #twin: Registry;
  readonly #counts = { filings: 0, entries: 0, accepted: 0, flagged: 0, refused: 0, mismatches: 0 };
  readonly #found: Mismatch[] = [];
  readonly #platforms = new Set<number>();
  /** Filings by the registry that took them. */
  readonly #taken = new Map<Hex, number>();
  /** Borrowers whose state changed since it was last compared. */
  readonly #stale = new Map<string, Uint8Array>();
  readonly #custom: CustomWord[] = [];
  #block: number;

  constructor(options: AuditOptions) {
    this.#options = options;
    const domain: FilingDomain = { chainId: options.chainId, registry: fromHex(options.registry, 20) };
    this.#twin = Registry.following(domain);
    this.#block = options.from - 1;
  }

  /** Reads and replays up to the chain's end as it is now. */
  async toEnd(): Promise<void> {
    const { onProgress, from } = this.#options;
    for await (const { last, end, events } of readHistory(this.#options, this.#block + 1)) {
      const seals: { readonly event: FiledEvent; readonly applied: AppliedFiling | undefined }[] = [];
      for (const { event, blockTime, block } of events)
        if (event.type === "law") this.#twin.apply(event.event);
        else seals.push({ event, applied: this.#filed(event, blockTime, block) });
      await this.#compareSeals(seals);
      this.#block = last;
      onProgress?.(last - from + 1, end - from + 1, "blocks");
    }
  }

  #filed(event: FiledEvent, blockTime: number, block: number): AppliedFiling | undefined {
    const where = `${event.platform}/${event.number}`;
    this.#counts.filings++;
    this.#platforms.add(event.platform);
    this.#taken.set(event.registry, (this.#taken.get(event.registry) ?? 0) + 1);
    const inService = toHex(this.#twin.domain.registry);
    if (event.registry !== inService)
      this.#mismatch("rejected", where, `accepted by ${event.registry}`, `in service is ${inService}`);
    if (event.time !== blockTime) this.#mismatch("time", where, String(event.time), String(blockTime));
    const applied = this.#apply(event, blockTime, block, where);
    if (applied !== undefined) this.#compareDecisions(event, applied, where);
    return applied;
  }

  /** Applies a filing as the rules of filing want it. One that they would reject is a mismatch, and is taken as the chain took it. */
  #apply(event: FiledEvent, blockTime: number, block: number, where: string): AppliedFiling | undefined {
    const { platform, number, recordsRoot, entries, signature, head } = event;
    const { head: previous } = this.#twin.chainOf(platform);
    const filing = { platform, number, previous, recordsRoot, entries };
    const oracle = decidedOracle(event.decisions, (call, verdict) => this.#custom.push({ call, verdict, block }));
    let applied: AppliedFiling;
    try {
      applied = this.#twin.applyFiling(blockTime, { ...filing, signature }, oracle);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#mismatch("rejected", where, "accepted", error.message);
      this.#twin.adopt(platform, number - 1, previous);
      try {
        applied = this.#twin.applyFiling(blockTime, filing, oracle);
      } catch (again) {
        if (!(again instanceof AppError)) throw again;
        return undefined; // by no key or no registry in service: there is nothing to judge it by
      }
    }
    if (!equal(applied.head, head)) {
      this.#mismatch("head", where, toHex(head), toHex(applied.head));
      this.#twin.adopt(platform, number, head);
    }
    return applied;
  }

  #compareDecisions(event: FiledEvent, applied: AppliedFiling, where: string): void {
    this.#counts.entries += applied.entries.length;
    for (const { decision } of applied.entries) this.#counts[decision.outcome]++;
    for (const borrower of applied.changed) this.#stale.set(toHex(borrower), borrower);
    if (equal(event.decisions, applied.decisions)) return;
    const onChain = readable(event.decisions);
    if (onChain?.length !== applied.entries.length)
      return this.#mismatch("decision", where, toHex(event.decisions), toHex(applied.decisions));
    for (const [index, { decision }] of applied.entries.entries()) {
      const [given, computed] = [describe(onChain[index] as Decision), describe(decision)];
      if (given !== computed) this.#mismatch("decision", `${where}/${index}`, given, computed);
    }
  }

  /** The seals in the registry's state against those of the events' own heads, times and decisions. */
  async #compareSeals(
    filings: readonly { readonly event: FiledEvent; readonly applied: AppliedFiling | undefined }[],
  ): Promise<void> {
    const registry = artifact("Registry").interface;
    const answers = await this.#views(
      filings.map(({ event }) => registry.encodeFunctionData("sealOf", [event.platform, event.number])),
    );
    for (const [k, { event }] of filings.entries()) {
      const kept = answers[k] ?? "0x";
      const computed = toHex(sealOf(event.head, event.time, event.decisions));
      if (kept !== computed) this.#mismatch("seal", `${event.platform}/${event.number}`, kept, computed);
    }
  }

  /** Compares each borrower's state with the chain's. What differs is looked at again after catching up: the chain may have moved on. */
  async compareBooks(): Promise<number> {
    const all = [...this.#twin.borrowers()];
    let different = await this.#differing(all);
    for (let attempt = 0; different.length > 0 && attempt < 3; attempt++) {
      this.#stale.clear();
      await this.toEnd();
      const again = new Map([...different.map(({ borrower }) => [toHex(borrower), borrower] as const), ...this.#stale]);
      different = await this.#differing([...again.values()]);
    }
    for (const { borrower, onChain, computed } of different)
      this.#mismatch("exposure", toHex(borrower), onChain, computed);
    return all.length;
  }

  /** Compares what counts against each platform with what the registry in service says. */
  async compareCounts(): Promise<void> {
    const found = await readCounts(this.#twin, async (calls) => this.#views(calls, this.#block));
    for (const { platform, onChain, computed } of found)
      if (onChain !== computed) this.#mismatch("counts", String(platform), onChain, computed);
  }

  /** Compares what each pilot has come to with what the Sandbox holds. */
  async comparePilots(): Promise<void> {
    const { rpc, sandbox } = this.#options;
    if (sandbox === undefined) return;
    const of = artifact("Sandbox").interface;
    for (const pilot of this.#twin.sandbox.pilots()) {
      const data = of.encodeFunctionData("pilotOf", [pilot.number]);
      const answer = await rpc.call("eth_call", [{ to: sandbox, data }, `0x${this.#block.toString(16)}`], hexBytes);
      const [, state, reason, stoppedAt, counts] = of.decodeFunctionResult("pilotOf", answer);
      const onChain = [state, reason, stoppedAt, ...(counts as bigint[])].join(" ");
      const { loans, borrowers, defaults, complaints, outstanding, loss } = pilot.counts;
      const standing = [PILOT_STANDINGS.indexOf(pilot.standing), STOP_REASONS.indexOf(pilot.reason), pilot.stoppedAt];
      const computed = [...standing, loans, borrowers, defaults, complaints, outstanding, loss].join(" ");
      if (onChain !== computed) this.#mismatch("pilot", String(pilot.number), onChain, computed);
    }
  }

  async askCustom(): Promise<CustomChecks> {
    return askCustom(this.#options.rpc, this.#custom);
  }

  async #differing(borrowers: readonly Uint8Array[]): Promise<BorrowerWords[]> {
    const different: BorrowerWords[] = [];
    const beside = wordsByBorrower(this.#twin);
    for (let i = 0; i < borrowers.length; i += VIEWS_AT_ONCE) {
      const some = borrowers.slice(i, i + VIEWS_AT_ONCE);
      const words = await readBorrowers(some, this.#twin, beside, async (calls) => this.#views(calls));
      different.push(...words.filter(({ onChain, computed }) => onChain !== computed));
      this.#options.onProgress?.(Math.min(i + VIEWS_AT_ONCE, borrowers.length), borrowers.length, "borrowers");
    }
    return different;
  }

  async #views(calls: readonly string[], block?: number): Promise<string[]> {
    const { rpc } = this.#options;
    // The one in service answers for those before it: that it took everything over is looked at by this too.
    const registry = toHex(this.#twin.domain.registry);
    const at = block === undefined ? "latest" : `0x${block.toString(16)}`;
    const answers: string[] = [];
    for (let i = 0; i < calls.length; i += VIEWS_AT_ONCE) {
      const some = calls.slice(i, i + VIEWS_AT_ONCE);
      const requests = some.map((data) => ({ method: "eth_call", params: [{ to: registry, data }, at] }));
      answers.push(...(await rpc.batch(requests, hexBytes)));
    }
    return answers;
  }

  #mismatch(what: Mismatch["what"], where: string, onChain: string, computed: string): void {
    this.#counts.mismatches++;
    if (this.#found.length < SHOWN) this.#found.push({ what, where, onChain, computed });
  }

  /** By the clock of the last block: a complaint that nobody answers leaves no other trace. */
  async complaints(): Promise<ComplaintCounts> {
    return countComplaints(this.#twin, await fetchBlockTime(this.#options.rpc, this.#block));
  }

  report(exposures: number, found: Pick<AuditReport, "custom" | "complaints">, seconds: number): AuditReport {
    const { filings, entries, mismatches, accepted, flagged, refused } = this.#counts;
    const heads = [...this.#platforms]
      .sort((a, b) => a - b)
      .map((platform) => {
        const { number, head } = this.#twin.chainOf(platform);
        return { platform, number, head: toHex(head) };
      });
    return {
      filings,
      entries,
      mismatches,
      exposures_checked: exposures,
      block: this.#block,
      registry: toHex(this.#twin.domain.registry),
      registries: this.#twin.licences.registries.map((one) => {
        const registry = toHex(one);
        return { registry, filings: this.#taken.get(registry) ?? 0 };
      }),
      chain_id: this.#options.chainId.toString(),
      decisions: { accepted, flagged, refused },
      ...found,
      counts: countsAgainst(this.#twin),
      heads,
      found: this.#found,
      seconds: Math.round(seconds * 1_000) / 1_000,
    };
  }
}

function readable(decisions: Uint8Array): Decision[] | undefined {
  try {
    return decodeDecisions(decisions);
  } catch {
    return undefined; // not even whole decisions: reported as bytes
  }
}

function describe({ outcome, findings, breaches, undetermined }: Decision): string {
  const names = [
    ...findingNames(findings),
    ...ruleNames(breaches),
    ...ruleNames(undetermined).map((rule) => `${rule}?`),
  ];
  return names.length === 0 ? outcome : `${outcome}: ${names.join(" ")}`;
}
