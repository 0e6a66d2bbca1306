import { setTimeout as sleep } from "node:timers/promises";

import { isSettled, type Submission } from "../client/answers.ts";
import type { Hex } from "../core/bytes.ts";
import { findingBit, ruleBit } from "../core/decision.ts";
import type { Timeline } from "./events.ts";
import type { PlatformAccess, Submitted } from "./submitting.ts";

/** What became of an event. */
export const FATES = ["none", "accepted", "flagged", "refused", "not_filed", "quarantined"] as const;
export type Fate = (typeof FATES)[number];

/** What became of the events of a file, by their places. */
export interface Settled {
  readonly fateAt: (place: number) => Fate;
  /** Bits of rules. */
  readonly breachesAt: (place: number) => number;
  readonly undeterminedAt: (place: number) => number;
  /** Bits of findings. */
  readonly findingsAt: (place: number) => number;
  /** Filings that hold them. */
  readonly filings: number;
  /** Why some are quarantined: the first reason. */
  readonly quarantine: string | undefined;
  readonly interrupted: boolean;
}

export interface SettlingOptions {
  readonly timeline: Timeline;
  readonly submitted: Submitted;
  readonly accessOf: (platform: number) => Promise<PlatformAccess>;
  readonly signal: AbortSignal;
  readonly onProgress: (settled: number) => void;
}

/** Ids of one question. */
const ASKED = 1_000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

/** Asks after every event until its decision is final, or it is certain that it won't be filed. */
export async function settle(options: SettlingOptions): Promise<Settled> {
  const { timeline, submitted, accessOf, signal, onProgress } = options;
  const fates = new Uint8Array(timeline.length);
  const breaches = new Uint32Array(timeline.length);
  const undetermined = new Uint32Array(timeline.length);
  const findings = new Uint32Array(timeline.length);
  const filings = new Set<string>();
  let quarantine: string | undefined;
  let settled = 0;

  const note = (place: number, submission: Submission): void => {
    const { decision, filing, platform, state, reason } = submission;
    fates[place] = FATES.indexOf(state === "final" ? (decision?.outcome ?? "none") : (state as Fate));
    breaches[place] = bits(decision?.breaches);
    undetermined[place] = bits(decision?.undetermined);
    findings[place] = (decision?.findings ?? []).reduce((sum, name) => (sum | findingBit(name)) >>> 0, 0);
    if (filing !== undefined) filings.add(`${platform}/${filing.number}`);
    if (state === "quarantined") quarantine ??= reason;
    settled++;
  };

  for (const [platform, places] of byPlatform(timeline, submitted)) {
    const { client } = await accessOf(platform);
    let pause = FIRST_PAUSE;
    for (let at = 0; at < places.length && !signal.aborted; at += ASKED) {
      let open = places.slice(at, at + ASKED);
      while (!signal.aborted) {
        const placeOf = new Map<Hex, number>(open.map((place) => [submitted.leafAt(place), place]));
        const found = (await client.submissions([...placeOf.keys()])).filter(isSettled);
        for (const submission of found) note(placeOf.get(submission.id)!, submission);
        for (const { id } of found) placeOf.delete(id);
        onProgress(settled);
        open = [...placeOf.values()];
        if (open.length === 0) break;
        pause = found.length > 0 ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, 2 * pause);
        await sleep(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  return {
    fateAt: (place) => FATES[fates[place]!]!,
    breachesAt: (place) => breaches[place]!,
    undeterminedAt: (place) => undetermined[place]!,
    findingsAt: (place) => findings[place]!,
    filings: filings.size,
    quarantine,
    interrupted: signal.aborted,
  };
}

function byPlatform(timeline: Timeline, submitted: Submitted): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let place = 0; place < timeline.length; place++) {
    if (!submitted.has(place)) continue;
    const { platform } = timeline.loans[timeline.loanAt(place)]!;
    const known = places.get(platform);
    if (known === undefined) places.set(platform, [place]);
    else known.push(place);
  }
  return places;
}

const bits = (names: readonly Parameters<typeof ruleBit>[0][] = []): number =>
  names.reduce((sum, name) => (sum | ruleBit(name)) >>> 0, 0);
