/** `tally audit`: everything on the chain, computed anew. */
import type { Command } from "commander";
import { z } from "zod";

import { artifact } from "../../chain/artifacts.ts";
import { chainError } from "../../chain/errors.ts";
import { hexBytes, JsonRpc } from "../../chain/rpc.ts";
import { chainIdOf } from "../../chain/transactor.ts";
import type { Hex } from "../../core/bytes.ts";
import { audit, type AuditOptions, type AuditReport } from "../../regulator/audit.ts";
import { cliError } from "../errors.ts";
import { homeAt, homePath, needConnections } from "../home.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { startProgress } from "../progress.ts";

interface Options {
  readonly rpc?: string;
  readonly registry?: string;
  readonly fromBlock: string;
  readonly data?: string;
  readonly json?: boolean;
}

const HELP = `
Reads every filing from the chain's logs alone and judges it anew: number and head, the platform's signature, each decision, each
seal, and at the end the state of every borrower. Trusts neither a gateway nor a platform; what it trusts is the node that it reads.

Exit code: 0 nothing differs, 1 something does (it is listed), 2 the audit could not be made.

Examples:
  tally audit                                     the chain of the data directory, while \`tally start\` runs
  tally audit --rpc http://127.0.0.1:8545 --registry 0x… --json
`;

export function register(program: Command): void {
  program
    .command("audit")
    .summary("recompute every head, decision and exposure from the chain's logs")
    .description("Replays the whole book from the chain's logs and compares it with what the chain holds.")
    .option("--rpc <url>", "JSON-RPC address of a node; by default that of the data directory")
    .option("--registry <address>", "the Registry to audit; by default that of the data directory")
    .option("--from-block <number>", "block to begin with: that of the deployment or an earlier one", "0")
    .option("--data <directory>", "data directory (default: TALLY_DATA, or ./tally-data)")
    .option("--json", "the report as one JSON document")
    .addHelpText("after", HELP)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const where = await whereToLook(options);
  const report = await withProgress(where);
  if (options.json === true) printJson(report);
  else printReport(report);
  process.exitCode = report.mismatches > 0 ? EXIT.no : EXIT.ok;
}

async function withProgress(where: AuditOptions): Promise<AuditReport> {
  const bars = {
    blocks: await startProgress({ label: "Replaying", unit: "blocks" }),
    borrowers: await startProgress({ label: "Comparing", unit: "borrowers" }),
  };
  try {
    return await audit({
      ...where,
      onProgress: (done, total, what) => {
        bars[what].update(done, `of ${total}`);
      },
    });
  } finally {
    bars.blocks.end();
    bars.borrowers.end();
  }
}

const addressText = z.string().regex(/^0x[0-9a-fA-F]{40}$/u);
const blockText = z.string().regex(/^\d{1,12}$/u);

async function whereToLook(options: Options): Promise<AuditOptions> {
  if (!blockText.safeParse(options.fromBlock).success)
    throw cliError("option-invalid", `--from-block: ${options.fromBlock.slice(0, 40)} is no block number`);
  if (options.registry !== undefined && !addressText.safeParse(options.registry).success)
    throw cliError("option-invalid", `--registry: ${options.registry.slice(0, 60)} is no address`);
  if (options.rpc !== undefined && options.registry !== undefined)
    return fromRegistry(new JsonRpc(options.rpc), options.registry.toLowerCase() as Hex, Number(options.fromBlock));
  const home = homeAt(homePath(options.data));
  const deployment = await home.deployment();
  if (deployment === undefined)
    throw cliError("no-data-directory", `${home.path} holds no deployment of ours`, {
      fix: "Give --rpc and --registry, or the directory of `tally start` with --data.",
    });
  const rpc = new JsonRpc(options.rpc ?? (await needConnections(home)).rpcUrl);
  if (options.registry !== undefined) return fromRegistry(rpc, options.registry.toLowerCase() as Hex, 0);
  const { registry, rulebook, licences, block } = deployment;
  return { rpc, chainId: await chainIdOf(rpc), registry, rulebook, licences, from: block };
}

/** The registry itself says which rulebook and licences it reads: they are in its code and can't be changed. */
async function fromRegistry(rpc: JsonRpc, registry: Hex, from: number): Promise<AuditOptions> {
  const chainId = await chainIdOf(rpc);
  const code = await rpc.call("eth_getCode", [registry, "latest"], hexBytes);
  if (code === "0x") throw chainError("no-contract", `There is no contract at ${registry}`);
  const view = async (name: string): Promise<Hex> => {
    const of = artifact("Registry").interface;
    const answer = await rpc.call(
      "eth_call",
      [{ to: registry, data: of.encodeFunctionData(name, []) }, "latest"],
      hexBytes,
    );
    try {
      return String(of.decodeFunctionResult(name, answer)[0]).toLowerCase() as Hex;
    } catch (cause) {
      throw chainError("no-contract", `The contract at ${registry} is no Registry`, { cause });
    }
  };
  return { rpc, chainId, registry, rulebook: await view("rulebook"), licences: await view("licences"), from };
}

function printReport(report: AuditReport): void {
  const { decisions } = report;
  print(`Registry ${report.registry} on chain ${report.chain_id}, up to block ${report.block}`);
  print(`${report.filings} filings, ${report.entries} entries judged anew in ${report.seconds} s`);
  print(`${decisions.accepted} accepted, ${decisions.flagged} flagged, ${decisions.refused} refused`);
  print(`${report.exposures_checked} borrowers' states compared`);
  for (const { platform, number, head } of report.heads) print(`platform ${platform}: filing ${number}, head ${head}`);
  if (report.mismatches === 0) return print("Nothing differs.");
  print(`${report.mismatches} mismatches:`);
  for (const { what, where, onChain, computed } of report.found) {
    print(`  ${what} ${where}`);
    print(`    on chain: ${onChain}`);
    print(`    computed: ${computed}`);
  }
  if (report.mismatches > report.found.length) note(`Only the first ${report.found.length} are shown.`);
}
