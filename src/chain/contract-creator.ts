import { AbiCoder } from "ethers";
import { z } from "zod";
import { concat, fromHex, toHex, type Hex } from "../core/bytes.ts";
import { artifact, librariesOf, linkedBytecode } from "./artifacts.ts";
import { hash32, hexBytes, type JsonRpc } from "./rpc.ts";
import { addressBytes, contractAddress } from "./transaction.ts";
import { blockNumberOf, chainIdOf, type Transactor } from "./transactor.ts";

/** How far a deployment has come, so that one cut short goes on instead of paying twice. Public. */
export const progressSchema = z.object({
  format: z.literal(1),
  chainId: z.string(),
  /** Hash of the chain's first block: a test chain that began anew is another chain under the same number. */
  genesis: hash32,
  account: z.string(),
  /** A block before the first contract. */
  block: z.int().nonnegative(),
  /** Nonces of the creating transactions by contract, each noted before it was sent. */
  nonces: z.record(z.string(), z.int().nonnegative()),
});
export type DeployProgress = z.infer<typeof progressSchema>;

/** Where progress is kept. Without one, a deployment cut short is begun anew. */
export interface ProgressStore {
  load(): Promise<unknown>;
  save(progress: DeployProgress): Promise<void>;
}

const NOTHING_KEPT: ProgressStore = { load: async () => undefined, save: async () => undefined };

/** Creates contracts, each once, however often it is asked to and whatever was cut short. */
export class ContractCreator {
  readonly #transactor: Transactor;
  readonly #store: ProgressStore;
  readonly #onCreate: (name: string) => void;
  readonly #given: Readonly<Record<string, Hex>>;
  #progress: DeployProgress;

  private constructor(
    transactor: Transactor,
    store: ProgressStore,
    progress: DeployProgress,
    onCreate: (name: string) => void,
    given: Readonly<Record<string, Hex>>,
  ) {
    this.#transactor = transactor;
    this.#store = store;
    this.#progress = progress;
    this.#onCreate = onCreate;
    this.#given = given;
  }

  /** Takes up what the store holds, if it was made on this chain from this account. `given`: contracts that are there already. */
  static async open(
    transactor: Transactor,
    store: ProgressStore = NOTHING_KEPT,
    onCreate: (name: string) => void = () => undefined,
    given: Readonly<Record<string, Hex>> = {},
  ): Promise<ContractCreator> {
    const { rpc, address } = transactor;
    const [chainId, genesis] = await Promise.all([chainIdOf(rpc), genesisOf(rpc)]);
    await transactor.settled();
    const kept = progressSchema.safeParse(await store.load()).data;
    const same = kept?.chainId === chainId.toString() && kept.genesis === genesis && kept.account === address;
    const progress: DeployProgress = same
      ? kept
      : {
          format: 1,
          chainId: chainId.toString(),
          genesis,
          account: address,
          block: await blockNumberOf(rpc),
          nonces: {},
        };
    return new ContractCreator(transactor, store, progress, onCreate, given);
  }

  get chainId(): string {
    return this.#progress.chainId;
  }

  /** A block at or before the first contract's. */
  get block(): number {
    return this.#progress.block;
  }

  /** The address of a contract, created now or by an earlier try. Its libraries are created before it. */
  async create(name: string, args: readonly unknown[]): Promise<Hex> {
    const given = this.#given[name];
    if (given !== undefined) return given;
    const of = artifact(name);
    const libraries: Record<string, string> = {};
    for (const library of librariesOf(of)) libraries[library] = await this.create(library, []);
    const existing = await this.#existing(name);
    if (existing !== undefined) return existing;
    this.#onCreate(name);
    const encoded = AbiCoder.defaultAbiCoder().encode([...of.interface.deploy.inputs], args);
    const code = concat(linkedBytecode(of, libraries), fromHex(encoded));
    const nonce = await this.#transactor.nextNonce();
    this.#progress = { ...this.#progress, nonces: { ...this.#progress.nonces, [name]: nonce } };
    await this.#store.save(this.#progress);
    return (await this.#transactor.create(code, { nonce, name })).address;
  }

  async #existing(name: string): Promise<Hex | undefined> {
    const nonce = this.#progress.nonces[name];
    if (nonce === undefined) return undefined;
    const address = toHex(contractAddress(addressBytes(this.#transactor.address), nonce));
    const code = await this.#transactor.rpc.call("eth_getCode", [address, "latest"], hexBytes);
    return code === "0x" ? undefined : address;
  }
}

async function genesisOf(rpc: JsonRpc): Promise<string> {
  const block = await rpc.call("eth_getBlockByNumber", ["0x0", false], z.object({ hash: hash32 }));
  return block.hash;
}
