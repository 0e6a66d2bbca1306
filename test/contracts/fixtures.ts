import type { BaseContract } from "ethers";
import { network } from "hardhat";

import { artifact, librariesOf } from "../../src/chain/artifacts.ts";
import { ROLES } from "../../src/chain/deployment.ts";
import { unpackBook } from "../../src/core/book-words.ts";
import type { Book } from "../../src/core/book.ts";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import { RULES, decodeDecisions, findingNames, ruleBit, ruleNames } from "../../src/core/decision.ts";
import type { Decision, RuleName } from "../../src/core/decision.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import type {
  Answered,
  Assigned,
  Barred,
  Closed,
  Complained,
  Contacted,
  Corrected,
  Disbursed,
  Entry,
  Extended,
  Opened,
  Overdue,
  Ref,
  Repaid,
} from "../../src/core/entry.ts";
import { encodeEntries, headOf, signHead } from "../../src/core/filing.ts";
import type { Filing } from "../../src/core/filing.ts";
import type { Limits } from "../../src/core/limit-fields.ts";
import { emptyLimits, encodeLimits } from "../../src/core/limits.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import type { Settings } from "../../src/core/settings.ts";
import type { Licences } from "../../types/contracts/Licences.ts";

/**
 * A deployment on Hardhat's in-process chain, with fixed keys and a fixed clock, and what tests do with it.
 *
 *     const { deploy } = await fixtures();
 *     const t = await deploy();                                // all contracts, roles at the first account
 *     const platform = await t.grant();                        // a licence for all products, with its key
 *     await t.publish({ product: 1, limits: { marketCap: 5n } });
 *     const [decision] = await platform.file([opened({ product: 1 })]);
 */

/** When every test begins: 2026-01-05T00:00:00Z. */
export const NOW = 1_767_571_200;
export const DAY = 86_400;
const NO_HASH = new Uint8Array(32);

/** Served rules, each one on. As a list of its own: that it is the twin's, a test says. */
export const SERVED_RULES: readonly RuleName[] = [
  "RATE",
  "SETTLEMENT",
  "COST",
  "DEDUCTION",
  "AMOUNT",
  "TERM",
  "INCOME",
  "PLATFORM-CAP",
  "MARKET-CAP",
  "OPEN-LOANS",
  "COOLING-OFF",
  "STREAK",
  "FREQUENCY",
  "DISCLOSURE",
  "LICENCE",
  "LATE",
  "FUTURE",
  "WITHDRAWAL",
  "LIFETIME-COST",
  "DAILY-COST",
  "DEFAULT-CHARGE",
  "ROLLOVER",
  "BARRED",
  "CONTACT",
  "COMPLAINT",
];

export const bits = (rules: readonly RuleName[]): number => rules.reduce((mask, rule) => mask | ruleBit(rule), 0) >>> 0;

/** Limits in which all served rules are on and refuse, and that `opened()` passes. */
export function wideLimits(change: Partial<Limits> = {}): Limits {
  return {
    ...emptyLimits(),
    on: bits(SERVED_RULES),
    refuse: bits(RULES.slice()),
    reportingWindow: DAY,
    outageWindow: 7 * DAY,
    clockSkew: 300,
    withdrawalWindow: 14 * DAY,
    reflection: 60,
    amountMin: 1n,
    termMaxDays: 3_650,
    platformCap: 2n ** 40n - 1n,
    marketCap: 2n ** 40n - 1n,
    frequencyCount: 8,
    frequencyWindow: 365,
    rateConvention: 0,
    rateYearBasis: 365,
    rateUnit: 2,
    rateUnitCount: 1,
    rateCap: 360_000_000n,
    costFlat: 2n ** 38n,
    incomeShare: 1_000_000,
    streakDays: 65_535,
    dailyShare: 2 ** 32 - 1,
    lifetimeShare: 2 ** 32 - 1,
    withdrawalMode: 1,
    defaultFlat: 2n ** 38n,
    rolloverMax: 255,
    answerWithin: 2 ** 32 - 1,
    ...change,
  };
}

/** A pseudonym: a natural person by default. */
export function borrower(number: number, kind: 1 | 2 = 1): Uint8Array {
  const bytes = new Uint8Array(32).fill(0xb0);
  bytes[0] = kind;
  new DataView(bytes.buffer).setUint32(28, number);
  return bytes;
}

/** A loan that wide limits accept: 12 months, level, cash in full, income declared, disclosed an hour before. */
export function opened(change: Partial<Opened> = {}): Opened {
  const time = change.time ?? NOW;
  return {
    kind: "Opened",
    basis: "request",
    borrower: borrower(1),
    time,
    product: 1,
    principal: 100_000n,
    disclosed: time - 3_600,
    income: 2_500_000n,
    schedule: [{ count: 12, unit: "month", gap: 1, amount: 9_200n }],
    ...change,
  };
}

export function disbursed(ref: Ref, change: Partial<Disbursed> = {}): Disbursed {
  return { kind: "Disbursed", borrower: borrower(1), ref, time: NOW, amount: 100_000n, ...change };
}

export function repaid(ref: Ref, change: Partial<Repaid> = {}): Repaid {
  return { kind: "Repaid", borrower: borrower(1), ref, time: NOW, principal: 8_000n, charges: 1_200n, ...change };
}

export function closed(ref: Ref, change: Partial<Closed> = {}): Closed {
  return {
    kind: "Closed",
    borrower: borrower(1),
    ref,
    time: NOW,
    reason: "repaid",
    principal: 100_000n,
    charges: 0n,
    ...change,
  };
}

export function overdue(ref: Ref, change: Partial<Overdue> = {}): Overdue {
  return {
    kind: "Overdue",
    borrower: borrower(1),
    ref,
    time: NOW,
    daysPastDue: 10,
    amountOverdue: 9_200n,
    defaultCharges: 100n,
    contractRate: 240_000_000n,
    ...change,
  };
}

/** A year longer at the same price. */
export function extended(ref: Ref, change: Partial<Extended> = {}): Extended {
  return {
    kind: "Extended",
    borrower: borrower(1),
    ref,
    time: NOW,
    extension: "extension",
    fee: 0n,
    writeDown: 0n,
    paid: 0n,
    schedule: [{ count: 12, unit: "month", gap: 1, amount: 9_200n }],
    ...change,
  };
}

export function complained(ref: Ref, change: Partial<Complained> = {}): Complained {
  return { kind: "Complained", borrower: borrower(1), ref, time: NOW, topic: 1, ...change };
}

export function assigned(ref: Ref, change: Partial<Assigned> = {}): Assigned {
  return { kind: "Assigned", borrower: borrower(1), ref, time: NOW, to: 2, side: "assignor", ...change };
}

export function contacted(ref: Ref, change: Partial<Contacted> = {}): Contacted {
  const how = { channel: 1, party: "borrower", agent: "lender" } as const;
  return { kind: "Contacted", borrower: borrower(1), ref, time: NOW, ...how, ...change };
}

/** An answer to the complaint filed at `complaint`. */
export function answered(ref: Ref, complaint: Ref, change: Partial<Answered> = {}): Answered {
  return { kind: "Answered", borrower: borrower(1), ref, complaint, time: NOW, outcome: 1, ...change };
}

/** A bar at the borrower's own wish. */
export function barred(until: number, change: Partial<Barred> = {}): Barred {
  return { kind: "Barred", borrower: borrower(1), time: NOW, until, why: 1, ...change };
}

export function corrected(ref: Ref, change: Partial<Corrected> = {}): Corrected {
  const what = { superseded: ref, what: "outstanding", value: 0n, why: 1 } as const;
  return { kind: "Corrected", borrower: borrower(1), ref, time: NOW, ...what, ...change };
}

/** A version to publish. */
export interface Version {
  readonly product?: number;
  readonly kind?: number;
  readonly from?: number;
  readonly limits?: Partial<Limits>;
}

/** A decision in words: outcome, findings, breaches, and what is undetermined with a question mark. */
export function told({ outcome, findings, breaches, undetermined }: Decision): string {
  const unknown = ruleNames(undetermined).map((name) => `${name}?`);
  return [outcome, ...findingNames(findings), ...ruleNames(breaches), ...unknown].join(" ");
}

/** What a platform files with. */
export interface Platform {
  readonly platform: number;
  readonly secretKey: Uint8Array;
  /** Number and head of its last filing. */
  last(): Promise<{ number: number; head: Uint8Array }>;
  /** The filing that comes next, and its signature. */
  next(entries: readonly (Entry | Uint8Array)[], change?: Partial<Filing>): Promise<Signed>;
  /** Files entries (or frames as they are) in a block of its own, at `time` if given, and returns their decisions. */
  file(entries: readonly (Entry | Uint8Array)[] | Uint8Array, options?: { time?: number }): Promise<Decision[]>;
}

export interface Signed {
  readonly filing: Filing;
  readonly signature: Uint8Array;
}

/** A filing as ethers takes it. */
export function asArguments({ filing, signature }: Signed): [FilingArguments, string] {
  return [
    {
      platform: filing.platform,
      number: filing.number,
      previous: toHex(filing.previous),
      recordsRoot: toHex(filing.recordsRoot),
      entries: toHex(filing.entries),
    },
    toHex(signature),
  ];
}

export interface FilingArguments {
  readonly platform: number;
  readonly number: number;
  readonly previous: string;
  readonly recordsRoot: string;
  readonly entries: string;
}

/** The frames of entries, given as values or as bytes. */
export function framesOf(entries: readonly (Entry | Uint8Array)[]): Uint8Array {
  return encodeEntries(entries.map((entry) => (entry instanceof Uint8Array ? entry : encodeEntry(entry))));
}

/** Signs a filing as it is. */
export function sign(filing: Filing, secretKey: Uint8Array, chainId: bigint, registry: string): Signed {
  return { filing, signature: signHead(headOf(filing, { chainId, registry: fromHex(registry, 20) }), secretKey) };
}

/** Connects to an in-process chain of its own. */
export async function fixtures() {
  const connection = await network.create({
    override: { initialDate: new Date(1000 * (NOW - 60 * DAY)), allowBlocksWithSameTimestamp: true },
  });
  const { ethers, networkHelpers } = connection;
  const { chainId } = await ethers.provider.getNetwork();

  /** Deploys a library, and those that it is linked with before it. */
  async function deployLibrary(name: string): Promise<string> {
    const libraries: Record<string, string> = {};
    for (const library of librariesOf(artifact(name))) libraries[library] = await deployLibrary(library);
    return (await ethers.deployContract(name, { libraries })).getAddress();
  }

  /** Deploys a registry beside what is there. */
  async function deployRegistry(licences: string, rulebook: string, predecessor: string, sandbox: string) {
    const libraries = { Judge: await deployLibrary("Judge") };
    return ethers.deployContract("Registry", [licences, rulebook, predecessor, sandbox], { libraries });
  }

  /** Deploys everything; the first account has all roles, without delays. */
  async function deployAll() {
    const [admin, relayer, stranger] = await ethers.getSigners();
    if (!admin || !relayer || !stranger) throw new Error("Hardhat has too few accounts");
    const administration = await ethers.deployContract("Administration", [admin.address]);
    const manager = await administration.getAddress();
    const licences = await ethers.deployContract("Licences", [manager, 30 * DAY]);
    const rulebook = await ethers.deployContract("Rulebook", [
      manager,
      await licences.getAddress(),
      30 * DAY,
      30 * DAY,
    ]);
    const sandbox = await ethers.deployContract("Sandbox", [manager, await licences.getAddress()]);
    const registry = await deployRegistry(
      await licences.getAddress(),
      await rulebook.getAddress(),
      ethers.ZeroAddress,
      await sandbox.getAddress(),
    );
    const targets: Readonly<Record<(typeof ROLES)[number]["contract"], BaseContract>> = {
      Rulebook: rulebook,
      Licences: licences,
      Sandbox: sandbox,
    };
    for (const { role, contract, functions } of ROLES) {
      const target = targets[contract];
      const selectors = functions.map((name) => target.interface.getFunction(name)!.selector);
      await administration.setTargetFunctionRole(await target.getAddress(), selectors, role);
      await administration.grantRole(role, admin.address, 0);
    }
    await install(licences, await registry.getAddress(), 0);
    return { admin, relayer, stranger, administration, licences, rulebook, sandbox, registry };
  }

  /** Announces a registry and puts it in service at `from`. */
  async function install(licences: Licences, registry: string, from: number) {
    const code = await ethers.provider.getCode(registry);
    await licences.announceRegistry(registry, ethers.keccak256(code), from);
    if (from !== 0) await networkHelpers.time.setNextBlockTimestamp(from);
    await licences.installRegistry(registry);
  }

  async function deploy() {
    const contracts = await networkHelpers.loadFixture(deployAll);
    const { licences, rulebook, sandbox } = contracts;
    let { registry } = contracts;
    let platforms = 0;

    /** A licence, by default active, for products 0 to 255, without a founding window. */
    async function grant(change: { group?: number; foundingUntil?: number; flags?: number } = {}): Promise<Platform> {
      const platform = ++platforms;
      const secretKey = new Uint8Array(32).fill(0x50 + platform);
      const key = ethers.computeAddress(toHex(secretKey));
      const { group = 0, foundingUntil = 0, flags = 0 } = change;
      await licences.grant(key, group, foundingUntil, flags, ethers.ZeroAddress, `Platform ${platform}`);
      await licences.setProducts(platform, 0, 2n ** 256n - 1n);
      return platformWith(platform, secretKey);
    }

    function platformWith(platform: number, secretKey: Uint8Array): Platform {
      const last = async () => {
        const [number, head] = await registry.platformState(platform);
        return { number: Number(number), head: fromHex(head, 32) };
      };
      const next = async (entries: readonly (Entry | Uint8Array)[], change: Partial<Filing> = {}) => {
        const { number, head } = await last();
        const filing: Filing = {
          platform,
          number: number + 1,
          previous: head,
          recordsRoot: NO_HASH,
          entries: framesOf(entries),
          ...change,
        };
        return sign(filing, secretKey, chainId, await registry.getAddress());
      };
      return {
        platform,
        secretKey,
        last,
        next,
        async file(entries, options = {}) {
          const signed = entries instanceof Uint8Array ? await next([], { entries }) : await next(entries);
          if (options.time !== undefined) await networkHelpers.time.setNextBlockTimestamp(options.time);
          const sent = await registry.file(...asArguments(signed));
          const receipt = await sent.wait();
          const event = receipt?.logs.map((log) => registry.interface.parseLog(log)).find((log) => log !== null);
          return decodeDecisions(fromHex(String(event?.args.getValue("decisions"))));
        },
      };
    }

    /** Publishes limits; by default wide, for product 1 and natural persons, from the beginning of time. */
    async function publish(version: Version = {}): Promise<void> {
      const { product = 1, kind = 1, from = 0, limits = {} } = version;
      await rulebook.publish(product, kind, from, toHex(encodeLimits(wideLimits(limits))));
    }

    async function publishSettings(settings: Settings, from = 0): Promise<void> {
      await rulebook.publishSettings(from, toHex(encodeSettings(settings)));
    }

    /** What the registry has of a borrower, decoded. */
    async function bookOf(whose: Uint8Array): Promise<Book> {
      const { head, detail, slots, details } = await registry.bookOf(toHex(whose));
      const conduct = await registry.conductOf(toHex(whose));
      return unpackBook({ head, detail, slots: [...slots], details: [...details], conduct });
    }

    /** A successor of the registry, in service from 31 days on; everything files with it from then on. */
    async function succeed() {
      const successor = await deployRegistry(
        await licences.getAddress(),
        await rulebook.getAddress(),
        await registry.getAddress(),
        await sandbox.getAddress(),
      );
      const from = (await networkHelpers.time.latest()) + 31 * DAY;
      await install(licences, await successor.getAddress(), from);
      registry = successor;
      return successor;
    }

    return {
      ...contracts,
      ethers,
      networkHelpers,
      chainId,
      grant,
      platformWith,
      publish,
      publishSettings,
      bookOf,
      succeed,
    };
  }

  return { deploy, deployRegistry, connection };
}
