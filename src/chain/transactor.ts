import { setTimeout as sleep } from "node:timers/promises";
import { type Interface, type ErrorDescription } from "ethers";
import { z } from "zod";
import { fromHex, toHex, type Hex } from "../core/bytes.ts";
import { artifact } from "./artifacts.ts";
import { chainError } from "./errors.ts";
import { Account, TRANSACTION_GAS_LIMIT, type MinedTransaction } from "./account.ts";
import { type Dates, type Revert, revertInWords } from "./revert-words.ts";
import { hexBytes, quantity, RpcError, smallQuantity, type JsonRpc } from "./rpc.ts";
import { contractAddress } from "./transaction.ts";

/** A call of one of our contracts. */
export interface ContractCall {
  readonly to: Hex;
  readonly interface: Interface;
  readonly function: string;
  readonly args: readonly unknown[];
}

const WAIT_MILLISECONDS = 120_000;

/**
 * Sends single transactions and waits for each: for deployment and administration, where there are few. (Filings go through the
 * gateway's pipeline, which stores them first.)
 */
export class Transactor {
  readonly rpc: JsonRpc;
  readonly address: Hex;
  readonly #account: Account;
  /** How times in the contracts' errors are told; asked for when there is one. */
  dates: () => Promise<Dates> = async () => Promise.resolve(inUtc);

  constructor(rpc: JsonRpc, chainId: bigint, key: Uint8Array) {
    this.rpc = rpc;
    this.#account = new Account(rpc, chainId, key);
    this.address = toHex(this.#account.address);
  }

  /** The nonce of the next transaction, when none is on its way. */
  async nextNonce(): Promise<number> {
    return this.#account.minedNonce();
  }

  /** Waits until nothing of this account's is on its way: an earlier run may have sent something and ended. Throws `transaction-missing`. */
  async settled(): Promise<void> {
    for await (const _ of pauses()) {
      const [mined, sent] = await Promise.all(
        ["latest", "pending"].map((at) => this.rpc.call("eth_getTransactionCount", [this.address, at], smallQuantity)),
      );
      if (mined !== undefined && sent !== undefined && sent <= mined) return;
    }
    throw chainError("transaction-missing", "An earlier transaction of this account is still not mined");
  }

  /** Creates a contract and gives its address. Throws `transaction-failed` or `transaction-missing`. */
  async create(
    code: Uint8Array,
    { nonce, name = "" }: { readonly nonce?: number; readonly name?: string } = {},
  ): Promise<{ readonly address: Hex }> {
    const used = nonce ?? (await this.nextNonce());
    await this.#send(null, code, used, `create the contract ${name}`.trim(), undefined);
    return { address: toHex(contractAddress(this.#account.address, used)) };
  }

  /** Sends a call and waits until it is mined. The message of `transaction-failed` names the contract's own error and its arguments. */
  async send(call: ContractCall): Promise<MinedTransaction> {
    const data = fromHex(call.interface.encodeFunctionData(call.function, call.args));
    return this.#send(fromHex(call.to, 20), data, await this.nextNonce(), call.function, call.interface);
  }

  /** What a view answers, decoded by its interface. */
  async view(call: ContractCall): Promise<readonly unknown[]> {
    const data = call.interface.encodeFunctionData(call.function, call.args);
    const answer = await this.rpc
      .call("eth_call", [{ to: call.to, data }, "latest"], hexBytes)
      .catch(async (error: unknown) => {
        throw await explain(error, call.function, call.interface, this.dates);
      });
    return call.interface.decodeFunctionResult(call.function, answer);
  }

  async #send(
    to: Uint8Array | null,
    data: Uint8Array,
    nonce: number,
    what: string,
    contract: Interface | undefined,
  ): Promise<MinedTransaction> {
    const target = to === null ? {} : { to: toHex(to) };
    const explained = async (error: unknown): Promise<never> => {
      throw await explain(error, what, contract, this.dates);
    };
    const estimate = await this.rpc
      .call("eth_estimateGas", [{ from: this.address, ...target, data: toHex(data) }], quantity)
      .catch(explained);
    const padded = estimate + estimate / 5n;
    const gasLimit = padded < TRANSACTION_GAS_LIMIT ? padded : TRANSACTION_GAS_LIMIT;
    const signed = this.#account.sign({ to, data, nonce, gasLimit, fees: await this.#account.fees() });
    const sent = await this.#account.broadcast(signed.raw).catch(explained);
    if (sent === "underpriced")
      throw chainError("transaction-failed", `The node refuses to ${what}: its fee is below what the chain asks now`, {
        fix: "Run it again; if it stays, another transaction with this account's nonce is waiting with a higher fee.",
      });
    for await (const _ of pauses()) {
      const mined = await this.#account.mined(signed.hash);
      if (mined === undefined) {
        if (sent === "nonce-used") throw overtaken(what);
        continue;
      }
      if (mined.succeeded) return mined;
      throw chainError("transaction-failed", `The transaction to ${what} was mined and reverted`);
    }
    throw chainError("transaction-missing", `The transaction to ${what} was not mined within two minutes`);
  }
}

/** Turns with growing pauses, for two minutes. */
async function* pauses(): AsyncGenerator<void> {
  const deadline = Date.now() + WAIT_MILLISECONDS;
  for (let pause = 5; Date.now() < deadline; pause = Math.min(2 * pause, 500)) {
    yield;
    await sleep(pause);
  }
}

const overtaken = (what: string): Error =>
  chainError("transaction-failed", `Another transaction of this account took the place of the one to ${what}`, {
    fix: "See that nobody else uses this key at the same time, and run it again.",
  });

/** The chain's number as the node tells it. */
export async function chainIdOf(rpc: JsonRpc): Promise<bigint> {
  return rpc.call("eth_chainId", [], quantity);
}

/** The number of the newest block. */
export async function blockNumberOf(rpc: JsonRpc): Promise<number> {
  return rpc.call("eth_blockNumber", [], smallQuantity);
}

const bytesSchema = z.string().regex(/^0x([0-9a-f]{2}){4,}$/i);
/** Where clients put what a revert returned: the data itself, or an object around it. */
const revertDataSchema = z.union([bytesSchema, z.object({ data: bytesSchema }).transform(({ data }) => data)]);

/** A revert told in words, or else in the contract's own: `Rulebook_TooSoon(earliest: 1700000000, given: 1600000000)`. */
async function explain(
  error: unknown,
  what: string,
  contract: Interface | undefined,
  dates: () => Promise<Dates>,
): Promise<unknown> {
  if (!(error instanceof RpcError)) return error;
  const data = revertDataSchema.safeParse(error.data);
  const revert = data.success ? parsedRevert(data.data, contract) : undefined;
  if (revert === undefined && /insufficient funds|doesn't have enough funds/i.test(error.message))
    return chainError("transaction-failed", `The account can't pay to ${what}`, {
      fix: "Send it funds for gas on this chain, and run it again.",
      cause: error,
    });
  // Whoever can't ask the chain for its zone is told in UTC.
  const words = revert && revertInWords(revert, await dates().catch(() => inUtc));
  if (revert === undefined || words === undefined)
    return chainError(
      "transaction-failed",
      `To ${what} would fail: ${revert ? contractWords(revert) : error.message}`,
      {
        cause: error,
      },
    );
  return chainError("transaction-failed", `The contracts refuse to ${spelled(what)}: ${words.what}`, {
    fix: words.fix,
    details: { revert: contractWords(revert) },
    cause: error,
  });
}

/** `declareEmergency` as a person would write it. */
const spelled = (name: string): string => name.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);

const inUtc: Dates = (seconds) => new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");

const contractWords = ({ name, args }: Revert): string =>
  `${name}(${Object.entries(args)
    .map(([input, value]) => `${input}: ${String(value)}`)
    .join(", ")})`;

/** The custom error behind revert data, looked up in `contract` and the administration; undefined if none of theirs. */
export function describeRevert(data: string, contract: Interface | undefined): string | undefined {
  const revert = parsedRevert(data, contract);
  return revert && contractWords(revert);
}

function parsedRevert(data: string, contract: Interface | undefined): Revert | undefined {
  const candidates = [...(contract === undefined ? [] : [contract]), artifact("Administration").interface];
  for (const candidate of candidates) {
    let parsed: ErrorDescription | null;
    try {
      parsed = candidate.parseError(data);
    } catch {
      continue; // not an error of this contract
    }
    if (parsed === null) continue;
    const { name, fragment, args } = parsed;
    return { name, args: Object.fromEntries(fragment.inputs.map((input, i) => [input.name, args[i] as unknown])) };
  }
  return undefined;
}
