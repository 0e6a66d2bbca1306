import { setTimeout as sleep } from "node:timers/promises";
import { type Interface, type ErrorDescription } from "ethers";
import { z } from "zod";
import { fromHex, toHex, type Hex } from "../core/bytes.ts";
import { artifact } from "./artifacts.ts";
import { chainError } from "./errors.ts";
import { Account, TRANSACTION_GAS_LIMIT, type MinedTransaction } from "./account.ts";
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

  constructor(rpc: JsonRpc, chainId: bigint, key: Uint8Array) {
    this.rpc = rpc;
    this.#account = new Account(rpc, chainId, key);
    this.address = toHex(this.#account.address);
  }

  /** Creates a contract and gives its address. Throws `transaction-failed` or `transaction-missing`. */
  async create(code: Uint8Array): Promise<{ address: Hex; mined: MinedTransaction }> {
    const nonce = await this.#account.minedNonce();
    const mined = await this.#send(null, code, nonce, "create a contract", undefined);
    return { address: toHex(contractAddress(this.#account.address, nonce)), mined };
  }

  /** Sends a call and waits until it is mined. The message of `transaction-failed` names the contract's own error and its arguments. */
  async send(call: ContractCall): Promise<MinedTransaction> {
    const data = fromHex(call.interface.encodeFunctionData(call.function, call.args));
    return this.#send(fromHex(call.to, 20), data, await this.#account.minedNonce(), call.function, call.interface);
  }

  /** What a view answers, decoded by its interface. */
  async view(call: ContractCall): Promise<readonly unknown[]> {
    const data = call.interface.encodeFunctionData(call.function, call.args);
    const answer = await this.rpc
      .call("eth_call", [{ to: call.to, data }, "latest"], hexBytes)
      .catch((error: unknown) => {
        throw explain(error, call.function, call.interface);
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
    const estimate = await this.rpc
      .call("eth_estimateGas", [{ from: this.address, ...target, data: toHex(data) }], quantity)
      .catch((error: unknown) => {
        throw explain(error, what, contract);
      });
    const padded = estimate + estimate / 5n;
    const gasLimit = padded < TRANSACTION_GAS_LIMIT ? padded : TRANSACTION_GAS_LIMIT;
    const signed = this.#account.sign({ to, data, nonce, gasLimit, fees: await this.#account.fees() });
    await this.#account.broadcast(signed.raw);
    const deadline = Date.now() + WAIT_MILLISECONDS;
    for (let pause = 5; Date.now() < deadline; pause = Math.min(2 * pause, 500)) {
      const mined = await this.#account.mined(signed.hash);
      if (mined === undefined) await sleep(pause);
      else if (mined.succeeded) return mined;
      else throw chainError("transaction-failed", `The transaction to ${what} was mined and reverted`);
    }
    throw chainError("transaction-missing", `The transaction to ${what} was not mined within two minutes`);
  }
}

/** The chain's number as the node tells it. */
export async function chainIdOf(rpc: JsonRpc): Promise<bigint> {
  return rpc.call("eth_chainId", [], quantity);
}

/** The number of the newest block. */
export async function blockNumberOf(rpc: JsonRpc): Promise<number> {
  return rpc.call("eth_blockNumber", [], smallQuantity);
}

const revertDataSchema = z.string().regex(/^0x([0-9a-f]{2}){4,}$/i);

/** A revert told in the contract's own words: `Rulebook_TooSoon(earliest: 1700000000, given: 1600000000)`. */
function explain(error: unknown, what: string, contract: Interface | undefined): unknown {
  if (!(error instanceof RpcError)) return error;
  const data = revertDataSchema.safeParse(error.data);
  const named = data.success ? describeRevert(data.data, contract) : undefined;
  return chainError("transaction-failed", `${what} would fail: ${named ?? error.message}`, { cause: error });
}

/** The custom error behind revert data, looked up in `contract` and the administration; undefined if none of theirs. */
export function describeRevert(data: string, contract: Interface | undefined): string | undefined {
  const candidates = [...(contract === undefined ? [] : [contract]), artifact("Administration").interface];
  for (const candidate of candidates) {
    let parsed: ErrorDescription | null;
    try {
      parsed = candidate.parseError(data);
    } catch {
      continue; // not an error of this contract
    }
    if (parsed === null) continue;
    const args = parsed.fragment.inputs.map((input, i) => `${input.name}: ${String(parsed.args[i])}`);
    return `${parsed.name}(${args.join(", ")})`;
  }
  return undefined;
}
