import { artifact } from "./artifacts.ts";
import { fetchBlocks, fetchLogs, type RawBlock, type RawLog } from "./blocks.ts";
import type { Deployment } from "./deployment.ts";
import { decodeLog } from "./events.ts";
import type { JsonRpc } from "./rpc.ts";
import { toHex } from "../core/bytes.ts";

/**
 * Reads the logs of a deployment's contracts, whichever registry was in service: Licences says which ones were, and those it names are read
 * from that block on.
 */
export class ContractLogs {
  readonly #rpc: JsonRpc;
  readonly #law: readonly string[];
  readonly #registries: Set<string>;
  readonly #installed: string;
  /** Up to here, exclusive, it is known which registries were in service. */
  #known: number;

  /** @param start the deployment's block, or an earlier one */
  constructor(
    rpc: JsonRpc,
    { registry, rulebook, licences, sandbox }: Pick<Deployment, "registry" | "rulebook" | "licences" | "sandbox">,
    start: number,
  ) {
    this.#rpc = rpc;
    this.#known = start;
    this.#law = [rulebook, licences, ...(sandbox === undefined ? [] : [sandbox])];
    this.#registries = new Set([registry]);
    this.#installed = artifact("Licences").interface.getEvent("RegistryInstalled")!.topicHash;
  }

  /** Headers and logs of the blocks `from` to `to`, both included. Throws `rpc-answer` if the chain changed in between. */
  async blocks(from: number, to: number): Promise<RawBlock[]> {
    if (from > this.#known) {
      const [, licences] = this.#law;
      for (const log of await fetchLogs(this.#rpc, [licences!], this.#known, from - 1)) this.#note(log);
    }
    for (;;) {
      const before = this.#registries.size;
      const blocks = await fetchBlocks(this.#rpc, [...this.#registries, ...this.#law], from, to);
      for (const { logs } of blocks) for (const log of logs) this.#note(log);
      // One that is new may have taken filings in these very blocks.
      if (this.#registries.size > before) continue;
      this.#known = Math.max(this.#known, to + 1);
      return blocks;
    }
  }

  #note(log: RawLog): void {
    const decoded = log.topics[0] === this.#installed ? decodeLog(log) : undefined;
    if (decoded?.type === "law" && decoded.event.event === "RegistryInstalled")
      this.#registries.add(toHex(decoded.event.registry));
  }
}
