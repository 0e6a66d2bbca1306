import { z } from "zod";
import { concat, equal, fromHex, type Hex, toHex, word } from "../core/bytes.ts";
import { keccak256 } from "../core/filing.ts";
import type { ChainReader } from "../verify/reader.ts";
import { fetchLogs } from "./blocks.ts";
import { chainError } from "./errors.ts";
import { hash32, hexBytes, quantity, type JsonRpc, smallQuantity } from "./rpc.ts";

const hashOf = (signature: string): Uint8Array => keccak256(new TextEncoder().encode(signature));
const SEAL_OF = hashOf("sealOf(uint24,uint32)").subarray(0, 4);
const PREDECESSOR = hashOf("predecessor()").subarray(0, 4);
const IN_SERVICE = hashOf("registryInService()").subarray(0, 4);
const LICENCES = hashOf("licences()").subarray(0, 4);
/** `ILicences.LicenceSet`; the first word of its data is the filing key. */
const LICENCE_SET = toHex(hashOf("LicenceSet(uint24,address,uint24,uint8,uint40,uint8,address)"));

const blockSchema = z.object({ hash: hash32, timestamp: quantity }).nullable();

/**
 * What a node says of one registry, for a verifier who trusts the node. The registry's address is the verifier's; the Licences that
 * it reads keys from are those that the registry names.
 */
export class NodeReader implements ChainReader {
  readonly #rpc: JsonRpc;
  readonly #registry: Hex;
  readonly #from: number;

  /** @param from the block from which on there are licences: that of the deployment, or 0 */
  constructor(rpc: JsonRpc, registry: Uint8Array, from = 0) {
    this.#rpc = rpc;
    this.#registry = toHex(registry);
    this.#from = from;
  }

  /** The registry in service, as Licences names it. */
  static async inService(rpc: JsonRpc, licences: Hex): Promise<Uint8Array> {
    const answer = await rpc.call("eth_call", [{ to: licences, data: toHex(IN_SERVICE) }, "latest"], hexBytes);
    if (answer.length !== 66) throw chainError("no-contract", `There are no licences at ${licences}`);
    return fromHex(answer).subarray(12);
  }

  async sealOf(platform: number, number: number): Promise<Uint8Array | undefined> {
    const seal = await this.#view(concat(SEAL_OF, word(platform), word(number)));
    return equal(seal, new Uint8Array(32)) ? undefined : seal;
  }

  async block(number: number): Promise<{ hash: Uint8Array; time: number } | undefined> {
    const found = await this.#rpc.call("eth_getBlockByNumber", [`0x${number.toString(16)}`, false], blockSchema);
    if (found !== null) return { hash: fromHex(found.hash), time: Number(found.timestamp) };
    const latest = await this.#rpc.call("eth_blockNumber", [], smallQuantity);
    if (number > latest) return undefined;
    throw chainError("rpc-answer", `The node no longer has block ${number}`);
  }

  async keysOf(platform: number, block: number): Promise<readonly Uint8Array[]> {
    const licences = toHex((await this.#view(LICENCES)).subarray(12));
    const logs = await fetchLogs(this.#rpc, [licences], this.#from, block);
    const set = logs.filter((log) => log.topics[0] === LICENCE_SET && log.topics[1] === toHex(word(platform)));
    // The key that the block began with, and those that it set: a filing may stand before or after them.
    const before = set.filter((log) => log.blockNumber < block).slice(-1);
    const within = set.filter((log) => log.blockNumber === block);
    const keys = [...before, ...within].map((log) => fromHex(log.data).subarray(12, 32));
    return keys.filter((key) => key.some((byte) => byte !== 0));
  }

  /** The registries that it succeeded, the last one first: each says in its code which came before it. */
  async predecessors(): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
    for (let at = this.#registry; ;) {
      const before = (await this.#view(PREDECESSOR, at)).subarray(12);
      at = toHex(before);
      // A contract that isn't ours could lead round in a circle.
      if (before.every((byte) => byte === 0) || found.some((one) => equal(one, before))) return found;
      found.push(before);
    }
  }

  /** One word from a view of a registry. */
  async #view(data: Uint8Array, registry = this.#registry): Promise<Uint8Array> {
    const answer = await this.#rpc.call("eth_call", [{ to: registry, data: toHex(data) }, "latest"], hexBytes);
    if (answer.length !== 66) throw chainError("no-contract", `There is no registry at ${registry}`);
    return fromHex(answer);
  }
}
