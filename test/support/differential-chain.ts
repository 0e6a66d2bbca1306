import { keccak256 } from "ethers";
import type { Interface } from "ethers";
import { network } from "hardhat";
import { decodeLog } from "../../src/chain/events.ts";
import { artifact, librariesOf, linkedBytecode } from "../../src/chain/artifacts.ts";
import type { FiledEvent } from "../../src/chain/events.ts";
import type { RawLog } from "../../src/chain/blocks.ts";
import { encodeFile } from "../../src/chain/encode-file.ts";
import { detailCounts, hasConduct } from "../../src/core/book-words.ts";
import type { BookWords } from "../../src/core/book-words.ts";
import { fromHex, toHex } from "../../src/core/bytes.ts";
import { refToBigInt } from "../../src/core/entry.ts";
import type { Ref } from "../../src/core/entry.ts";
import type { NoteTag } from "../../src/core/notes.ts";
import { addressOfSecret } from "../../src/core/filing.ts";
import type { FilingDomain, SignedFiling } from "../../src/core/filing.ts";
import type { LicencesEvent } from "../../src/core/licences.ts";
import { encodeLimits } from "../../src/core/limits.ts";
import type { RulebookEvent } from "../../src/core/rulebook.ts";
import type { SandboxEvent } from "../../src/core/sandbox.ts";
import { encodeSettings } from "../../src/core/settings.ts";
import { RULE_BEHAVIOURS, hostileRuleCode, ruleAddress } from "./custom-rules.ts";
import { SCENARIO_START } from "./random-scenario.ts";
import type { Step } from "./scenario.ts";
import type { Counts } from "../../src/core/world.ts";
import { WORLD, secretOf } from "./world.ts";

export type ChainEvent = RulebookEvent | LicencesEvent | SandboxEvent;

interface Provider {
  request(call: { method: string; params?: unknown[] }): Promise<unknown>;
}

const ZERO = `0x${"00".repeat(20)}`;
const GAS = "0x20000000";

/** What a chain begins with. */
export interface ChainBeginning {
  /** UTC seconds. */
  readonly at: number;
  readonly platforms: readonly {
    readonly number: number;
    readonly group: number;
    readonly foundingUntil: number;
    /** Of the licence. */
    readonly flags?: number;
  }[];
  /** Products 0 to 255 that each platform is licensed for. */
  readonly products: bigint;
  readonly point?: { readonly series: number; readonly publishedAt: number; readonly rate: bigint };
}

/** The contracts in Hardhat's own EVM, with platforms licensed, and a snapshot of that to come back to. */
export class DifferentialChain {
  readonly #provider: Provider;
  readonly #from: string;
  readonly #addresses = new Map<string, string>();
  readonly #interfaces = new Map<string, Interface>();
  #snapshot: unknown;
  /** The registry in service in it. */
  #registry = ZERO;
  /** What happened until the snapshot. */
  readonly events: ChainEvent[] = [];
  /** Gas of all filings so far. */
  gas = 0;

  private constructor(provider: Provider, from: string) {
    this.#provider = provider;
    this.#from = from;
  }

  static async start(beginning: ChainBeginning = { at: SCENARIO_START, ...WORLD }): Promise<DifferentialChain> {
    const { provider } = await network.create({
      network: "default",
      override: {
        hardfork: "cancun",
        blockGasLimit: 2_000_000_000,
        initialDate: new Date((beginning.at - 1_000) * 1_000),
        allowBlocksWithSameTimestamp: true,
      },
    });
    const [from] = (await provider.request({ method: "eth_accounts" })) as string[];
    const chain = new DifferentialChain(provider, from!);
    await chain.#deploy(beginning);
    await chain.keep();
    return chain;
  }

  get domain(): FilingDomain {
    return { chainId: 31_337n, registry: fromHex(this.#address("Registry")) };
  }

  /** Makes this the state that `reset` comes back to. */
  async keep(): Promise<void> {
    this.#registry = this.#address("Registry");
    this.#snapshot = await this.#provider.request({ method: "evm_snapshot" });
  }

  /** Forgets all since the start, or since `keep`. */
  async reset(): Promise<void> {
    await this.#provider.request({ method: "evm_revert", params: [this.#snapshot] });
    this.#addresses.set("Registry", this.#registry);
    await this.keep();
  }

  /** Takes a step that isn't a filing. One that the contracts refuse has no events. */
  async act(step: Exclude<Step, { do: "file" }>): Promise<ChainEvent[]> {
    if (step.do === "succeed") return this.#succeed(step.at);
    const [contract, method, args] = callOf(step);
    try {
      return await this.#call(contract, method, args, step.at);
    } catch (error) {
      if (String(error).includes("revert")) return [];
      throw error;
    }
  }

  /** Files in a block of this time, and reads the event. */
  async file(filing: SignedFiling, at: number): Promise<FiledEvent> {
    const { logs, gasUsed } = await this.#send(this.#address("Registry"), toHex(encodeFile(filing)), at);
    this.gas += gasUsed;
    const filed = logs.map(decodeLog).find((event) => event?.type === "filed");
    if (filed?.type !== "filed") throw new Error("the filing left no event");
    return filed;
  }

  async sealOf(platform: number, number: number): Promise<string> {
    const [seal] = await this.#read("sealOf", [platform, number]);
    return String(seal);
  }

  /** What waits for an answer or for the other side of an assignment. */
  async noteOf(borrower: Uint8Array, ref: Ref, tag: NoteTag): Promise<bigint> {
    const [note] = await this.#read("noteOf", [toHex(borrower), refToBigInt(ref), tag]);
    return note as bigint;
  }

  /** What a loan has before it, or came to when it was refinanced. */
  async chainOf(borrower: Uint8Array, ref: Ref): Promise<bigint> {
    const [chain] = await this.#read("chainOf", [toHex(borrower), refToBigInt(ref)]);
    return chain as bigint;
  }

  /** What is counted against a platform. */
  async countsOf(platform: number): Promise<Counts> {
    const [outages, stale] = await this.#read("countsOf", [platform]);
    return { outages: Number(outages), stale: Number(stale) };
  }

  async foundingEnded(platform: number): Promise<boolean> {
    return Boolean((await this.#read("platformState", [platform]))[2]);
  }

  /** The words of a borrower's book; details that don't count are left out. */
  async wordsOf(borrower: Uint8Array): Promise<BookWords> {
    const read = await this.#read("bookOf", [toHex(borrower)]);
    const [head, detail, slots, details] = read as unknown as [bigint, bigint, bigint[], bigint[]];
    return {
      head,
      ...(detailCounts(head) && { detail }),
      slots: [...slots],
      details: [...slots].map((slot, k) => (detailCounts(slot) ? details[k] : undefined)),
      ...(hasConduct(head) && { conduct: (await this.#read("conductOf", [toHex(borrower)]))[0] as bigint }),
    };
  }

  /** What a pilot has come to: its standing, why and when it stopped, and its counts. */
  async pilotOf(number: number): Promise<string> {
    const [, state, reason, stoppedAt, counts] = await this.#read("pilotOf", [number], "Sandbox");
    return [state, reason, stoppedAt, ...(counts as bigint[])].join(" ");
  }

  async #deploy({ at: beginning, platforms, products, point }: ChainBeginning): Promise<void> {
    const at = beginning - 900;
    await this.#create("Administration", [this.#from], at);
    await this.#create("Licences", [this.#address("Administration"), 0], at);
    await this.#create("Rulebook", [this.#address("Administration"), this.#address("Licences"), 0, 0], at);
    await this.#create("Sandbox", [this.#address("Administration"), this.#address("Licences")], at);
    const act = async (contract: string, method: string, args: unknown[]): Promise<void> => {
      this.events.push(...(await this.#call(contract, method, args, at)));
    };
    this.events.push(...(await this.#succeed(at)));
    for (const { number, group, foundingUntil, flags = 0 } of platforms) {
      const key = toHex(addressOfSecret(secretOf(number)));
      await act("Licences", "grant", [key, group, foundingUntil, flags, ZERO, `platform ${number}`]);
      await act("Licences", "setProducts", [number, 0, products]);
    }
    if (point)
      await act("Rulebook", "openSeries", [point.series, "a reference rate", [[point.publishedAt, point.rate]]]);
    for (const how of RULE_BEHAVIOURS)
      await this.#provider.request({ method: "hardhat_setCode", params: [ruleAddress(how), hostileRuleCode()] });
    this.#snapshot = await this.#provider.request({ method: "evm_snapshot" });
  }

  /** Puts a new registry into service, after the one that is, if there is one. */
  async #succeed(at: number): Promise<ChainEvent[]> {
    const before = this.#addresses.get("Registry") ?? ZERO;
    const parts = [this.#address("Licences"), this.#address("Rulebook"), before, this.#address("Sandbox")];
    const registry = await this.#create("Registry", parts, at);
    const code = await this.#provider.request({ method: "eth_getCode", params: [registry, "latest"] });
    const announced = await this.#call("Licences", "announceRegistry", [registry, keccak256(code as string), at], at);
    return [...announced, ...(await this.#call("Licences", "installRegistry", [registry], at))];
  }

  #address(contract: string): string {
    return this.#addresses.get(contract)!;
  }

  #interface(contract: string): Interface {
    let known = this.#interfaces.get(contract);
    if (!known) this.#interfaces.set(contract, (known = artifact(contract).interface));
    return known;
  }

  async #create(contract: string, args: unknown[], at: number): Promise<string> {
    const compiled = artifact(contract);
    for (const library of librariesOf(compiled)) if (!this.#addresses.has(library)) await this.#create(library, [], at);
    const bytecode = toHex(linkedBytecode(compiled, Object.fromEntries(this.#addresses)));
    const receipt = await this.#send(undefined, bytecode + this.#interface(contract).encodeDeploy(args).slice(2), at);
    this.#addresses.set(contract, receipt.contractAddress);
    return receipt.contractAddress;
  }

  async #call(contract: string, method: string, args: readonly unknown[], at: number): Promise<ChainEvent[]> {
    const data = this.#interface(contract).encodeFunctionData(method, args);
    const { logs } = await this.#send(this.#address(contract), data, at);
    return logs.map(decodeLog).flatMap((event) => (event?.type === "law" ? [event.event] : []));
  }

  async #send(
    to: string | undefined,
    data: string,
    at: number,
  ): Promise<{ logs: RawLog[]; gasUsed: number; contractAddress: string }> {
    await this.#provider.request({ method: "evm_setNextBlockTimestamp", params: [at] });
    const transaction = { from: this.#from, data, gas: GAS, ...(to && { to }) };
    const hash = await this.#provider.request({ method: "eth_sendTransaction", params: [transaction] });
    const receipt = await this.#provider.request({ method: "eth_getTransactionReceipt", params: [hash] });
    const { logs, gasUsed, contractAddress } = receipt as Record<"logs" | "gasUsed" | "contractAddress", unknown>;
    return { logs: logs as RawLog[], gasUsed: Number(gasUsed), contractAddress: String(contractAddress) };
  }

  async #read(method: string, args: unknown[], contract = "Registry"): Promise<readonly unknown[]> {
    const of = this.#interface(contract);
    const call = { to: this.#address(contract), data: of.encodeFunctionData(method, args) };
    const answer = await this.#provider.request({ method: "eth_call", params: [call, "latest"] });
    return [...of.decodeFunctionResult(method, answer as string)] as unknown[];
  }
}

function callOf(step: Exclude<Step, { do: "file" | "succeed" }>): [contract: string, method: string, args: unknown[]] {
  switch (step.do) {
    case "publish":
      return ["Rulebook", "publish", [step.product, step.kind, step.from, toHex(encodeLimits(step.limits))]];
    case "withdraw":
      return ["Rulebook", "withdraw", [step.product, step.kind, step.index]];
    case "settings":
      return ["Rulebook", "publishSettings", [step.from, toHex(encodeSettings(step.settings))]];
    case "rate":
      return ["Rulebook", "publishRate", [step.series, step.publishedAt, step.rate]];
    case "suspend":
    case "restore":
      return ["Licences", step.do, [step.platform]];
    case "amend":
      return ["Licences", "amend", [step.platform, step.group, step.foundingUntil, step.flags, ZERO]];
    case "pilot":
      return ["Sandbox", "open", [step.number, step.terms, step.platforms, `pilot ${step.number}`]];
    case "stop-pilot":
      return ["Sandbox", "stop", [step.number, "by hand"]];
    case "graduate":
      return ["Sandbox", "graduate", [step.number]];
    case "products":
      return ["Licences", "setProducts", [step.platform, step.word, step.bitmap]];
  }
}
