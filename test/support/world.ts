import { addressOfSecret } from "../../src/core/filing.ts";
import type { FilingDomain } from "../../src/core/filing.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import { Registry } from "../../src/core/registry.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { SCENARIO_START } from "./random-scenario.ts";
import type { Step } from "./scenario.ts";

/**
 * The world that scenarios and vectors are played in: who is licensed when it begins. Platform 4 is the authority. The chain is set up from it, and a twin without
 * a chain too.
 */
export const WORLD = {
  platforms: [
    { number: 1, group: 1, foundingUntil: 2 ** 39, flags: 0 },
    { number: 2, group: 1, foundingUntil: SCENARIO_START + 8_640_000, flags: 0 },
    { number: 3, group: 3, foundingUntil: 0, flags: 0 },
    { number: 4, group: 4, foundingUntil: 2 ** 39, flags: 1 },
  ],
  products: (1n << 65n) | (1n << 66n) | (1n << 130n),
  point: { series: 1, publishedAt: SCENARIO_START - 34_560_000, rate: 34_500_000n },
} as const;

/** The key that platform `number` signs with. */
export function secretOf(number: number): Uint8Array {
  return new Uint8Array(32).fill(number);
}

/** A twin of the world's beginning. */
export function beginningTwin(domain: FilingDomain): Registry {
  const twin = new Registry(domain);
  twin.apply({ event: "RegistryInstalled", registry: domain.registry });
  for (const { number, group, foundingUntil, flags } of WORLD.platforms) {
    const key = addressOfSecret(secretOf(number));
    twin.apply({ event: "LicenceSet", platform: number, key, group, standing: "active", foundingUntil, flags });
    twin.apply({ event: "ProductsSet", platform: number, word: 0, bitmap: WORLD.products });
  }
  twin.apply({ event: "RatePublished", ...WORLD.point });
  return twin;
}

/** Does to a twin what a step that isn't a filing does on a chain that takes it. */
export function actOnTwin(twin: Registry, step: Exclude<Step, { do: "file" }>): void {
  switch (step.do) {
    case "publish":
      return twin.apply({
        event: "VersionPublished",
        product: step.product,
        kind: step.kind,
        index: 0,
        effectiveFrom: step.from,
        limits: encodeLimits(step.limits),
      });
    case "settings":
      return twin.apply({
        event: "SettingsPublished",
        index: 0,
        effectiveFrom: step.from,
        settings: encodeSettings(step.settings),
      });
    case "suspend":
    case "restore": {
      const licence = twin.licences.licenceOf(step.platform)!;
      const standing = step.do === "suspend" ? "suspended" : "active";
      return twin.apply({ event: "LicenceSet", platform: step.platform, ...licence, standing });
    }
    case "pilot": {
      const { number, terms, platforms } = step;
      return twin.apply({ event: "PilotOpened", number, terms, platforms, name: `pilot ${number}` });
    }
    case "stop-pilot":
      return twin.apply({
        event: "PilotStopped",
        number: step.number,
        reason: "by-hand",
        time: step.at,
        why: "by hand",
      });
    case "graduate":
      return twin.apply({ event: "PilotGraduated", number: step.number, time: step.at });
    default:
      throw new Error(`a vector has no step ${step.do}`);
  }
}
