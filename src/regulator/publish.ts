import type { Regulator } from "../chain/administration.ts";
import { decodeSettings } from "../core/settings.ts";
import type { CompiledRulePack } from "./compile-rule-pack.ts";
import { regulatorError } from "./errors.ts";
import type { KnownCurrency } from "./known-currency.ts";
import { planPublication, versionKey, type PublishPlan, type PublishStep, type RatePoint } from "./plan.ts";

/**
 * What the Rulebook holds against what the pack says. Nothing is sent. With `hash`, the pack's text is noted as well; `money` is what the law
 * is known to be in.
 */
export async function planAgainstChain(
  regulator: Regulator,
  pack: CompiledRulePack,
  hash?: Uint8Array,
  money?: KnownCurrency,
): Promise<PublishPlan> {
  const keys = [...new Map(pack.versions.map((version) => [versionKey(version), version])).values()];
  const [now, notices, settings, packs, points, versions] = await Promise.all([
    regulator.now(),
    regulator.notices(),
    regulator.settingsAt(2 ** 40 - 1),
    hash === undefined ? [] : regulator.packs(),
    Promise.all(
      pack.series.map(async ({ number }): Promise<[number, readonly RatePoint[]]> => [
        number,
        await regulator.points(number),
      ]),
    ),
    Promise.all(keys.map(async (key) => [versionKey(key), await regulator.versions(key.product, key.kind)] as const)),
  ]);
  const state = {
    now,
    notices,
    settings: settings.length === 0 ? undefined : decodeSettings(settings),
    points: new Map(points),
    versions: new Map(versions),
    packs,
    money,
  };
  return planPublication(pack, state, hash);
}

/**
 * Sends what a plan holds, one transaction after the other. Cut short, it is planned and run again: what was sent is there then.
 *
 * @throws `rules-conflict` before anything is sent, if the plan has conflicts
 */
export async function publish(
  regulator: Regulator,
  pack: CompiledRulePack,
  plan: PublishPlan,
  onStep: (begun: number, total: number, step: PublishStep) => void = () => undefined,
): Promise<void> {
  if (plan.conflicts.length > 0) {
    const [first = ""] = plan.conflicts;
    const more = plan.conflicts.length > 1 ? ` (and ${plan.conflicts.length - 1} more)` : "";
    throw regulatorError("rules-conflict", `${pack.pack}: ${first}${more}`, { details: { conflicts: plan.conflicts } });
  }
  for (const [i, step] of plan.steps.entries()) {
    onStep(i + 1, plan.steps.length, step);
    await send(regulator, step);
  }
}

async function send(regulator: Regulator, step: PublishStep): Promise<void> {
  switch (step.kind) {
    case "settings":
      return regulator.publishSettings(step.effectiveFrom, step.settings);
    case "series":
      return regulator.openSeries(step.series, step.title, step.points);
    case "rate":
      return regulator.publishRate(step.series, step.publishedAt, step.rate);
    case "version":
      return regulator.publish(step.product, step.borrower, step.effectiveFrom, step.bytes);
    case "history":
      return regulator.publishHistory(
        step.product,
        step.borrower,
        step.versions.map(({ effectiveFrom, bytes }) => ({ effectiveFrom, limits: bytes })),
      );
    case "pack":
      return regulator.notePack(step.name, step.hash);
  }
}
