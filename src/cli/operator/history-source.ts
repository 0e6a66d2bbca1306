/** Which registry's history a command reads, and from which node. */
import { z } from "zod";

import { artifact } from "../../chain/artifacts.ts";
import { chainError } from "../../chain/errors.ts";
import { hexBytes, JsonRpc } from "../../chain/rpc.ts";
import { chainIdOf } from "../../chain/transactor.ts";
import type { Hex } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import type { HistorySource } from "../../regulator/history.ts";
import { cliError } from "../errors.ts";
import { homeAt, homePath, needConnections } from "../home.ts";

export interface SourceOptions {
  readonly rpc?: string;
  readonly registry?: string;
  readonly fromBlock?: string;
  readonly data?: string;
}

const addressText = z.string().regex(/^0x[0-9a-fA-F]{40}$/u);
const blockText = z.string().regex(/^\d{1,12}$/u);

/** The registry that a command reads: what --rpc and --registry name, else the data directory's own. */
export async function historySource(options: SourceOptions): Promise<HistorySource> {
  const { fromBlock = "0" } = options;
  if (options.fromBlock !== undefined && (options.rpc === undefined || options.registry === undefined))
    throw cliError("option-invalid", "--from-block goes with --rpc and --registry", {
      fix: "Leave it out: the data directory knows the block of its deployment.",
    });
  if (!blockText.safeParse(fromBlock).success)
    throw cliError("option-invalid", `--from-block: ${fromBlock.slice(0, 40)} is no block number`);
  if (options.registry !== undefined && !addressText.safeParse(options.registry).success)
    throw cliError("option-invalid", `--registry: ${options.registry.slice(0, 60)} is no address`);
  if (options.rpc !== undefined && options.registry !== undefined)
    return fromRegistry(new JsonRpc(options.rpc), options.registry.toLowerCase() as Hex, Number(fromBlock));
  const home = homeAt(homePath(options.data));
  const deployment = await home.deployment();
  if (deployment === undefined)
    throw cliError("no-data-directory", `${home.path} holds no deployment of ours`, {
      fix: "Give --rpc and --registry, or the directory of `tally start` with --data.",
    });
  const rpc = new JsonRpc(options.rpc ?? (await needConnections(home)).rpcUrl);
  if (options.registry !== undefined) return fromRegistry(rpc, options.registry.toLowerCase() as Hex, 0);
  const { registry, rulebook, licences, sandbox, block } = deployment;
  return { rpc, chainId: await chainIdOf(rpc), registry, rulebook, licences, sandbox, from: block };
}

/** The registry itself says which rulebook and licences it reads: they are in its code and can't be changed. */
async function fromRegistry(rpc: JsonRpc, registry: Hex, from: number): Promise<HistorySource> {
  const chainId = await chainIdOf(rpc);
  const code = await rpc.call("eth_getCode", [registry, "latest"], hexBytes);
  if (code === "0x") throw chainError("no-contract", `There is no contract at ${registry}`);
  const view = async (name: string): Promise<Hex> => {
    const of = artifact("Registry").interface;
    const call = { to: registry, data: of.encodeFunctionData(name, []) };
    try {
      const answer = await rpc.call("eth_call", [call, "latest"], hexBytes);
      return String(of.decodeFunctionResult(name, answer)[0]).toLowerCase() as Hex;
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw chainError("no-contract", `The contract at ${registry} is no Registry`, { cause });
    }
  };
  const [rulebook, licences, sandbox] = [await view("rulebook"), await view("licences"), await view("sandbox")];
  const none = /^0x0{40}$/u.test(sandbox);
  return { rpc, chainId, registry, rulebook, licences, ...(!none && { sandbox }), from };
}
