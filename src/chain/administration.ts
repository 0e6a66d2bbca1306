import { z } from "zod";
import { fromHex, toHex, type Hex } from "../core/bytes.ts";
import type { Licence, Standing } from "../core/licences.ts";
import { AUTHORITY, STANDINGS } from "../core/licences.ts";
import { artifact } from "./artifacts.ts";
import { fetchLogs } from "./blocks.ts";
import { chainError } from "./errors.ts";
import { smallQuantity } from "./rpc.ts";
import type { Deployment } from "./deployment.ts";
import type { Notices } from "../core/strictness.ts";
import type { ContractCall, Transactor } from "./transactor.ts";

/** A licence with what people call it. */
export interface Platform extends Licence {
  readonly platform: number;
  readonly name: string;
  readonly products: readonly number[];
  /** A request of its was mined, so that it may load no history any more, whatever `foundingUntil` says. */
  readonly foundingClosed: boolean;
  /** Loans that it says it paid out during an outage, over all registries that were in service. */
  readonly outages: number;
  /** Loans with it that nobody closed in time, likewise. */
  readonly stale: number;
}

/** What `amend` changes of a licence. */
export interface LicenceTerms {
  /** 0 for a group of its own. */
  readonly group: number;
  /** UTC seconds; 0 for never. */
  readonly foundingUntil: number;
  /** Bit 0: the authority. */
  readonly flags: number;
  /** Address, 20 bytes. */
  readonly recovery: Uint8Array;
}

export interface NewPlatform {
  readonly name: string;
  /** Address of the filing key, 20 bytes. */
  readonly key: Uint8Array;
  /** Address of the cold key that can revoke it. */
  readonly recovery: Uint8Array;
  /** Group of affiliates; 0 for one of its own. */
  readonly group: number;
  /** UTC seconds until which it may load its history; 0 for never. */
  readonly foundingUntil: number;
  readonly products: readonly number[];
  /** It is the authority, whose orders reach every platform's loans. */
  readonly authority?: boolean;
}

const timeSchema = z.object({ timestamp: smallQuantity });
const WORD = 256;
const WORDS = 8;

/** The licensor's and rulemaker's acts, one transaction each, and the views that they need. */
export class Regulator {
  readonly #transactor: Transactor;
  readonly #deployment: Deployment;

  constructor(transactor: Transactor, deployment: Deployment) {
    this.#transactor = transactor;
    this.#deployment = deployment;
  }

  /** The address that acts, 20 bytes. */
  get addressBytes(): Uint8Array {
    return fromHex(this.#transactor.address, 20);
  }

  /** Grants a licence and its products; gives the platform's number. */
  async grant(platform: NewPlatform): Promise<number> {
    const { name, key, recovery, group, foundingUntil, products, authority = false } = platform;
    const flags = authority ? AUTHORITY : 0;
    const mined = await this.#act("Licences", "grant", [
      toHex(key),
      group,
      foundingUntil,
      flags,
      toHex(recovery),
      name,
    ]);
    const { licences } = this.#deployment;
    const logs = await fetchLogs(this.#transactor.rpc, [licences], mined.blockNumber, mined.blockNumber);
    const granted = logs
      .filter((log) => log.transactionHash === mined.hash)
      .map((log) => artifact("Licences").interface.parseLog({ topics: [...log.topics], data: log.data }))
      .find((event) => event?.name === "LicenceGranted");
    if (granted === undefined || granted === null) throw chainError("rpc-answer", "The grant left no event");
    const number = Number(granted.args["platform"]);
    await this.setProducts(number, products);
    return number;
  }

  /** Sets the products that a platform is licensed for, and no others. */
  async setProducts(platform: number, products: readonly number[]): Promise<void> {
    for (let word = 0; word < WORDS; word++) {
      const bitmap = products
        .filter((product) => Math.floor(product / WORD) === word)
        .reduce((bits, product) => bits | (1n << BigInt(product % WORD)), 0n);
      const [before] = await this.#view("Licences", "productsOf", [platform, word]);
      if (before !== bitmap) await this.#act("Licences", "setProducts", [platform, word, bitmap]);
    }
  }

  /** Changes all of a licence that isn't key, standing or products. */
  async amend(platform: number, { group, foundingUntil, flags, recovery }: LicenceTerms): Promise<void> {
    await this.#act("Licences", "amend", [platform, group, foundingUntil, flags, toHex(recovery)]);
  }

  /** The address of the cold key that can revoke a platform's key. */
  async recoveryOf(platform: number): Promise<Uint8Array> {
    return fromHex(String((await this.#view("Licences", "recoveryOf", [platform]))[0]), 20);
  }

  /** Licenses a platform with another filing key: filings signed by the one before are rejected from then on. */
  async setKey(platform: number, key: Uint8Array): Promise<void> {
    await this.#act("Licences", "setKey", [platform, toHex(key)]);
  }

  /** Ends a licence for good. */
  async withdrawLicence(platform: number): Promise<void> {
    await this.#act("Licences", "withdraw", [platform]);
  }

  async suspend(platform: number): Promise<void> {
    await this.#act("Licences", "suspend", [platform]);
  }

  async restore(platform: number): Promise<void> {
    await this.#act("Licences", "restore", [platform]);
  }

  /** All licences, in the order of their numbers. */
  async platforms(): Promise<Platform[]> {
    const { licences, block } = this.#deployment;
    const logs = await fetchLogs(this.#transactor.rpc, [licences], block, "latest");
    const names = new Map<number, string>();
    for (const log of logs) {
      const event = artifact("Licences").interface.parseLog({ topics: [...log.topics], data: log.data });
      if (event?.name === "LicenceGranted") names.set(Number(event.args["platform"]), String(event.args["name"]));
    }
    const [count] = await this.#view("Licences", "count", []);
    return Promise.all(Array.from({ length: Number(count) }, (_, i) => this.#platform(i + 1, names.get(i + 1) ?? "")));
  }

  async #platform(platform: number, name: string): Promise<Platform> {
    const [answer] = await this.#view("Licences", "licenceOf", [platform]);
    const [, , foundingClosed] = await this.#view("Registry", "platformState", [platform]);
    const [outages, stale] = await this.#view("Registry", "countsOf", [platform]);
    const licence = answer as { key: string; group: bigint; standing: bigint; foundingUntil: bigint; flags: bigint };
    const words = await Promise.all(
      Array.from({ length: WORDS }, async (_, word) => {
        const [bitmap] = await this.#view("Licences", "productsOf", [platform, word]);
        return productsIn(bitmap as bigint, word);
      }),
    );
    return {
      platform,
      name,
      key: fromHex(licence.key, 20),
      group: Number(licence.group),
      standing: standingOf(licence.standing),
      foundingUntil: Number(licence.foundingUntil),
      flags: Number(licence.flags),
      products: words.flat(),
      foundingClosed: foundingClosed as boolean,
      outages: Number(outages),
      stale: Number(stale),
    };
  }

  /** Publishes limits; see `IRulebook.publish`. */
  async publish(product: number, kind: number, effectiveFrom: number, limits: Uint8Array): Promise<void> {
    await this.#act("Rulebook", "publish", [product, kind, effectiveFrom, toHex(limits)]);
  }

  /** All versions of a product that has none yet; see `IRulebook.publishHistory`. */
  async publishHistory(
    product: number,
    kind: number,
    versions: readonly { readonly effectiveFrom: number; readonly limits: Uint8Array }[],
  ): Promise<void> {
    const times = versions.map(({ effectiveFrom }) => effectiveFrom);
    const limits = versions.map((version) => toHex(version.limits));
    await this.#act("Rulebook", "publishHistory", [product, kind, times, limits]);
  }

  async withdrawVersion(product: number, kind: number, index: number): Promise<void> {
    await this.#act("Rulebook", "withdraw", [product, kind, index]);
  }

  /** Publishes limits at once and until `until`; see `IRulebook.declareEmergency`. */
  async declareEmergency(
    product: number,
    kind: number,
    until: number,
    limits: Uint8Array,
    reason: string,
  ): Promise<void> {
    await this.#act("Rulebook", "declareEmergency", [product, kind, until, toHex(limits), reason]);
  }

  async liftEmergency(product: number, kind: number, reason: string): Promise<void> {
    await this.#act("Rulebook", "liftEmergency", [product, kind, reason]);
  }

  /** Says of which text the versions are; `hash` of 32 bytes. */
  async notePack(name: string, hash: Uint8Array): Promise<void> {
    await this.#act("Rulebook", "notePack", [name, toHex(hash)]);
  }

  /** Packs that were noted, in the order of the chain. */
  async packs(): Promise<{ readonly name: string; readonly hash: Hex }[]> {
    const { rulebook, block } = this.#deployment;
    const of = artifact("Rulebook").interface;
    const logs = await fetchLogs(this.#transactor.rpc, [rulebook], block, "latest");
    return logs.flatMap((log) => {
      const event = of.parseLog({ topics: [...log.topics], data: log.data });
      return event?.name === "PackPublished"
        ? [{ name: String(event.args["name"]), hash: String(event.args["hash"]) as Hex }]
        : [];
    });
  }

  /** Changes the notice periods, after the longer of the present ones. */
  async setNotices({ tightening, relaxation }: Notices): Promise<void> {
    await this.#act("Rulebook", "setNotices", [tightening, relaxation]);
  }

  async publishSettings(effectiveFrom: number, settings: Uint8Array): Promise<void> {
    await this.#act("Rulebook", "publishSettings", [effectiveFrom, toHex(settings)]);
  }

  async openSeries(
    series: number,
    name: string,
    points: readonly { readonly publishedAt: number; readonly rate: bigint }[],
  ): Promise<void> {
    await this.#act("Rulebook", "openSeries", [series, name, points]);
  }

  async publishRate(series: number, publishedAt: number, rate: bigint): Promise<void> {
    await this.#act("Rulebook", "publishRate", [series, publishedAt, rate]);
  }

  /** UTC seconds that the next block will have, as far as one can say: a chain without traffic stands still, the clock doesn't. */
  async now(): Promise<number> {
    const block = await this.#transactor.rpc.call("eth_getBlockByNumber", ["latest", false], timeSchema);
    return Math.max(block.timestamp, Math.floor(Date.now() / 1_000));
  }

  /** Seconds between publication and binding, at least, by kind of change. */
  async notices(): Promise<Notices> {
    const [tightening, relaxation] = await this.#view("Rulebook", "notices", []);
    return { tightening: Number(tightening), relaxation: Number(relaxation) };
  }

  /** Versions of a product and kind that were not withdrawn, ascending by the time from which they bind. */
  async versions(
    product: number,
    kind: number,
  ): Promise<{ readonly index: number; readonly effectiveFrom: number; readonly limits: Uint8Array }[]> {
    const count = Number((await this.#view("Rulebook", "versionCount", [product, kind]))[0]);
    const all = await Promise.all(
      Array.from({ length: count }, (_, index) => this.#view("Rulebook", "versionOf", [product, kind, index])),
    );
    return all
      .flatMap(([version, withdrawnAt, limits], index) =>
        withdrawnAt === 0n
          ? [
              {
                index,
                effectiveFrom: Number((version as { effectiveFrom: bigint }).effectiveFrom),
                limits: fromHex(String(limits)),
              },
            ]
          : [],
      )
      .sort((a, b) => a.effectiveFrom - b.effectiveFrom || a.index - b.index);
  }

  /** The settings at a time; empty if there are none. */
  async settingsAt(at: number): Promise<Uint8Array> {
    return fromHex(String((await this.#view("Rulebook", "settingsAt", [at]))[0]));
  }

  /** All points of a series, ascending; empty if it was not opened. */
  async points(series: number): Promise<{ readonly publishedAt: number; readonly rate: bigint }[]> {
    const count = Number((await this.#view("Rulebook", "pointCount", [series]))[0]);
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const [answer] = await this.#view("Rulebook", "pointOf", [series, index]);
        const point = answer as { publishedAt: bigint; rate: bigint };
        return { publishedAt: Number(point.publishedAt), rate: point.rate };
      }),
    );
  }

  async #act(
    contract: "Licences" | "Rulebook",
    name: string,
    args: readonly unknown[],
  ): ReturnType<Transactor["send"]> {
    return this.#transactor.send(this.#call(contract, name, args));
  }

  async #view(
    contract: "Licences" | "Rulebook" | "Registry",
    name: string,
    args: readonly unknown[],
  ): Promise<readonly unknown[]> {
    return this.#transactor.view(this.#call(contract, name, args));
  }

  #call(contract: "Licences" | "Rulebook" | "Registry", name: string, args: readonly unknown[]): ContractCall {
    const { licences, rulebook, registry } = this.#deployment;
    const to: Hex = { Licences: licences, Rulebook: rulebook, Registry: registry }[contract];
    return { to, interface: artifact(contract).interface, function: name, args };
  }
}

const standingOf = (code: bigint): Standing => STANDINGS[Number(code)] ?? "none";

function productsIn(bitmap: bigint, word: number): number[] {
  return Array.from({ length: WORD }, (_, bit) => word * WORD + bit).filter(
    (product) => ((bitmap >> BigInt(product % WORD)) & 1n) === 1n,
  );
}
