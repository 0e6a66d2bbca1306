import { type Hex, fromHex, toHex } from "../core/bytes.ts";
import { decodeDecisions, type Outcome } from "../core/decision.ts";
import type { Ref } from "../core/entry.ts";
import type { SubmissionStatus } from "../store/submissions.ts";

/** What the sequencer has to know about a record that another one refers to. */
export interface Position {
  readonly platform: number;
  /** An opening that rules can refuse. */
  readonly question: boolean;
  readonly state: "waiting" | "filed" | "not_filed" | "quarantined";
  /** Its place in a filing, once it has one. */
  readonly ref?: Ref;
  /** What the registry made of it, once mined. */
  readonly decided?: { readonly outcome: Outcome; readonly final: boolean };
}

/** Entries kept; some hundred bytes each. */
const CAPACITY = 200_000;

/**
 * Where records are, by their ids: what was used last, from memory, and the rest from the database. References into the same or an
 * unmined filing are bound through this.
 */
export class Positions {
  readonly #known = new Map<Hex, Position>();
  readonly #find: (leaves: readonly Uint8Array[]) => Promise<SubmissionStatus[]>;

  constructor(find: (leaves: readonly Uint8Array[]) => Promise<SubmissionStatus[]>) {
    this.#find = find;
  }

  get(id: Hex): Position | undefined {
    return this.#known.get(id);
  }

  set(id: Hex, position: Position): void {
    // Set anew it becomes the youngest, and the oldest is the first in a Map.
    this.#known.delete(id);
    this.#known.set(id, position);
    if (this.#known.size > CAPACITY) this.#known.delete(this.#known.keys().next().value!);
  }

  /** Forgets everything: the database has been changed behind it. */
  clear(): void {
    this.#known.clear();
  }

  /** Looks up what is not in memory; ids that nobody has are left unknown. What was asked for stays for the time being. */
  async load(ids: Iterable<Hex>): Promise<void> {
    const missing: Hex[] = [];
    for (const id of new Set(ids)) {
      const position = this.#known.get(id);
      if (position === undefined) missing.push(id);
      else this.set(id, position);
    }
    if (missing.length === 0) return;
    for (const status of await this.#find(missing.map((id) => fromHex(id, 32)))) {
      const id = toHex(status.leaf);
      // What was set while the query ran is newer.
      if (!this.#known.has(id)) this.set(id, positionOf(status));
    }
  }
}

function positionOf(status: SubmissionStatus): Position {
  const { platform, question, number, index, decision } = status;
  const outcome = decision === null ? undefined : decodeDecisions(decision)[0]?.outcome;
  return {
    platform,
    question,
    state: status.placement ?? "waiting",
    ...(number !== null && index !== null && { ref: { platform, number, index } }),
    ...(outcome !== undefined && { decided: { outcome, final: status.filingState === "final" } }),
  };
}
