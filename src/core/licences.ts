import { Journal, setIn } from "./journal.ts";

/** Where a licence stands; the code of each is its place. */
export const STANDINGS = ["none", "active", "suspended", "withdrawn"] as const;
export type Standing = (typeof STANDINGS)[number];

/** The flag of a licence that makes it the authority's. */
export const AUTHORITY = 1;

/** A platform's permission. */
export interface Licence {
  /** Address that signs its filings, 20 bytes; all zero while it has none. */
  readonly key: Uint8Array;
  readonly group: number;
  readonly standing: Standing;
  /** Until when, inclusive, it may load its history. */
  readonly foundingUntil: number;
  /** Bit 0: the authority. */
  readonly flags: number;
}

/** What the Licences contract says happened: its events by name, with the fields that matter here. */
export type LicencesEvent =
  | ({ readonly event: "LicenceSet"; readonly platform: number } & Licence)
  | {
      readonly event: "ProductsSet";
      readonly platform: number;
      readonly word: number;
      /** Bit i is product `word · 256 + i`. */
      readonly bitmap: bigint;
    }
  | { readonly event: "RegistryInstalled"; readonly registry: Uint8Array };

/** Each kind by its name, so that a new one is not forgotten here. */
const LICENCES_EVENTS: Readonly<Record<LicencesEvent["event"], true>> = {
  LicenceSet: true,
  ProductsSet: true,
  RegistryInstalled: true,
};

/** Whether an event of the law is one of Licences'. */
export function isLicencesEvent(event: { readonly event: string }): event is LicencesEvent {
  return event.event in LICENCES_EVENTS;
}

/** Licences, mirrored from their events in the order of the chain. */
export class Licences {
  readonly #journal: Journal;
  readonly #licences = new Map<number, Licence>();
  readonly #products = new Map<number, bigint>();
  #registries: readonly Uint8Array[] = [];

  constructor(journal = new Journal()) {
    this.#journal = journal;
  }

  apply(event: LicencesEvent): void {
    switch (event.event) {
      case "LicenceSet": {
        const { platform, key, group, standing, foundingUntil, flags } = event;
        return setIn(this.#journal, this.#licences, platform, { key, group, standing, foundingUntil, flags });
      }
      case "ProductsSet":
        return setIn(this.#journal, this.#products, event.platform * 8 + event.word, event.bitmap);
      case "RegistryInstalled": {
        const before = this.#registries;
        this.#registries = [...before, event.registry];
        return this.#journal.record(() => void (this.#registries = before));
      }
    }
  }

  /** Address of the registry in service, if one is. */
  get registryInService(): Uint8Array | undefined {
    return this.#registries.at(-1);
  }

  /** All that were ever in service, the first first. */
  get registries(): readonly Uint8Array[] {
    return this.#registries;
  }

  /** All platforms that ever had a licence, in the order in which they got it. */
  platforms(): Iterable<number> {
    return this.#licences.keys();
  }

  licenceOf(platform: number): Licence | undefined {
    return this.#licences.get(platform);
  }

  /** The licence group of a platform; zero if there is no such platform. */
  groupOf(platform: number): number {
    return this.#licences.get(platform)?.group ?? 0;
  }

  /** Whether the platform is the authority. */
  isAuthority(platform: number): boolean {
    return ((this.#licences.get(platform)?.flags ?? 0) & AUTHORITY) !== 0;
  }

  isActive(platform: number): boolean {
    return this.#licences.get(platform)?.standing === "active";
  }

  /** Whether the platform is active and licensed for the product. */
  mayOpen(platform: number, product: number): boolean {
    if (!this.isActive(platform)) return false;
    const bitmap = this.#products.get(platform * 8 + (product >>> 8)) ?? 0n;
    return ((bitmap >> BigInt(product & 255)) & 1n) === 1n;
  }
}
