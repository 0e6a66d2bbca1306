/** `tally verify`: checks a receipt. It needs no gateway, and without a chain to trust it checks what a receipt proves by itself. */
import { createPublicKey, type KeyObject, verify as verifySignature } from "node:crypto";
import { createReadStream } from "node:fs";

import { Option, type Command } from "commander";

import { quantity, JsonRpc } from "../../chain/rpc.ts";
import { NodeReader } from "../../chain/node-reader.ts";
import { equal, fromHex, type Hex, toHex } from "../../core/bytes.ts";
import { type Decision, findingNames, type RuleName, ruleNames } from "../../core/decision.ts";
import { decisionInWords } from "../../core/decision-words.ts";
import type { FilingDomain } from "../../core/filing.ts";
import { RECEIPT_LIMITS } from "../../core/receipt.ts";
import type { RecordSignatureCheck } from "../../core/record-key.ts";
import { LANGUAGES, type Language } from "../../core/rule-texts.ts";
import { FRAGMENTS, failed, type Fragments, type Report, type Statement, verdictOf } from "../../verify/report.ts";
import { type Trust, verifyText } from "../../verify/verify.ts";
import { cliError } from "../errors.ts";
import { unreadable } from "../files.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import type { DecisionLaw, TrustedChain } from "../verify/law.ts";

interface Options {
  readonly rpc?: string;
  readonly registry?: string;
  readonly chainId?: string;
  readonly blockHash?: string;
  readonly data?: string;
  readonly offline?: boolean;
  readonly pack?: string;
  readonly lang: Language;
  readonly json?: boolean;
}

const HELP = `
What is trusted, and so what is checked:
  (nothing said)                       the registry and the chain of the data directory, if there is one
  --rpc URL --registry ADDRESS         that registry and those before it, as that node tells it
  --registry ADDRESS --chain-id N --block-hash HASH
                                       that registry, by the receipt's state proof, if the block is of the chain
  --offline                            nothing: anchor and chain are SKIPPED
The receipt's own word for chain and registry is never trusted. Where registries have succeeded each other, the one in service is trusted
(the data directory's Licences name it), and each names the one before it: a receipt of any of them is VALID. A registry that is named
with --registry vouches for itself and those before it, not for those after.

The law behind a decision: for each rule that was breached, or could not be determined, the article, its mark and source, and the bounds
of the version that judged the loan. The version is the chain's; articles are a rule pack's, if it has that very version, byte for byte: one
that was published from the data directory, or --pack FILE.

Fragments: record, inclusion, filing, decision, anchor, chain; each VALID, INVALID, SKIPPED or ERROR.
Exit code: 0 if none is INVALID or ERROR, 1 if one is INVALID, 2 if one is ERROR.

Example:
  tally receipt 0x8f… --out loan.json && tally verify loan.json
`;

export function register(program: Command): void {
  program
    .command("verify")
    .summary("check a receipt, piece by piece, without the gateway")
    .description("Checks what a receipt proves: what was recorded, decided and anchored.")
    .argument("<file>", "the receipt, or - for standard input")
    .option("--rpc <url>", "a node that is trusted to tell what the chain holds")
    .option("--registry <address>", "the registry that is trusted")
    .option("--chain-id <number>", "the chain's id, where no node is asked for it")
    .option("--block-hash <hash>", "a block that is known to be of the chain")
    .option("--data <directory>", "the data directory, instead of ./tally-data or TALLY_DATA")
    .option("--offline", "trust nothing and ask nobody")
    .option(
      "--pack <file>",
      "rule pack that names articles (those published from the data directory do so by themselves)",
    )
    .addOption(
      new Option("--lang <language>", "the decision's reasons in this language").choices(LANGUAGES).default("en"),
    )
    .option(
      "--json",
      'one JSON object: {"verdict", "fragments", "says"}; where a rule is named, {"law", "bounds", "remarks"} too',
    )
    .addHelpText("after", HELP)
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const text = await readBounded(file);
  const { trust, reader, chain, unreachable } = await trusted(options);
  const report = await verifyText(text, { trust, signatures: { checkRecord: fastCheck }, ...(reader && { reader }) });
  const fragments = unreachable === undefined ? report.fragments : withoutNode(report.fragments, unreachable);
  const verdict = verdictOf(fragments);
  const law = await lawBehind({ ...report, fragments }, chain, options);
  if (options.json === true) {
    const { lawForPrograms } = await import("../verify/law.ts");
    printJson({ verdict, fragments, says: plain(report.says), ...(law && lawForPrograms(law, options.lang)) });
  } else await explain({ ...report, fragments }, verdict, law, options.lang);
  process.exitCode = { VALID: EXIT.ok, INVALID: EXIT.no, ERROR: EXIT.failed }[verdict];
}

/** Loaded only where a rule is named: a receipt that breaches none needs no law. */
async function lawBehind(report: Report, chain: TrustedChain | undefined, options: Options) {
  const { decision } = report.says;
  if (decision === undefined || (decision.breaches | decision.undetermined) === 0) return undefined;
  const { lawOfDecision } = await import("../verify/law.ts");
  return lawOfDecision(report, chain, options);
}

interface Trusted {
  readonly trust: Trust;
  readonly reader?: NodeReader;
  readonly chain?: TrustedChain;
  /** Why the node that was named can't be asked. */
  readonly unreachable?: string;
}

async function trusted(options: Options): Promise<Trusted> {
  const registry = options.registry === undefined ? undefined : hexOption("--registry", options.registry, 20);
  const blockHash = options.blockHash === undefined ? undefined : hexOption("--block-hash", options.blockHash, 32);
  const known = blockHash && { blockHash };
  if (options.offline === true) return { trust: {} };
  if (registry === undefined) return fromHome(options, known);
  if (options.rpc !== undefined) return fromNode(options.rpc, registry, known);
  const chainId = /^[1-9][0-9]{0,19}$/u.exec(options.chainId ?? "")?.[0];
  if (chainId !== undefined) return { trust: { domain: { chainId: BigInt(chainId), registry }, ...known } };
  throw cliError("option-invalid", "--registry says nothing without a chain", {
    fix: "Give --rpc with it, or --chain-id (and --block-hash for the receipt's state proof).",
  });
}

/** The data directory's registry, and the node that serves it. Loaded only here: a stranger who verifies has no such directory. */
async function fromHome(options: Options, known: Pick<Trust, "blockHash"> | undefined): Promise<Trusted> {
  const { homeAt, homePath } = await import("../home.ts");
  const home = homeAt(homePath(options.data));
  const deployment = await home.deployment();
  if (deployment === undefined) {
    if (options.rpc === undefined && options.data === undefined) return { trust: {} };
    throw cliError("no-data-directory", `${home.path} holds no deployment that says which registry to trust`, {
      fix: "Give --registry, or the right --data.",
    });
  }
  const domain: FilingDomain = { chainId: BigInt(deployment.chainId), registry: fromHex(deployment.registry, 20) };
  const predecessors = (deployment.predecessors ?? []).map((one) => fromHex(one, 20));
  const url = options.rpc ?? ((await home.isRunning()) ? (await home.connections())?.rpcUrl : undefined);
  if (url === undefined) {
    note(`The chain of ${home.path} is not running, so anchor and chain can't be checked; \`tally start\` starts it.`);
    return { trust: { domain, predecessors, ...known } };
  }
  return fromNode(url, domain.registry, known, { domain, block: deployment.block, licences: deployment.licences });
}

async function fromNode(
  url: string,
  registry: Uint8Array,
  known: Pick<Trust, "blockHash"> | undefined,
  expected?: { readonly domain: FilingDomain; readonly block: number; readonly licences: Hex },
): Promise<Trusted> {
  const rpc = new JsonRpc(url);
  try {
    const chainId = await rpc.call("eth_chainId", [], quantity);
    if (expected !== undefined && chainId !== expected.domain.chainId)
      return { trust: {}, unreachable: `The node serves chain ${chainId}, not ${expected.domain.chainId}` };
    // The file may be from before a succession; the Licences that it names say what came of it.
    const trusted = expected === undefined ? registry : await NodeReader.inService(rpc, expected.licences);
    const reader = new NodeReader(rpc, trusted, expected?.block);
    const predecessors = await reader.predecessors();
    const isOfTheLine = [trusted, ...predecessors].some((one) => equal(one, registry));
    if (!isOfTheLine)
      return {
        trust: {},
        unreachable: `The registry in service, ${toHex(trusted)}, does not succeed ${toHex(registry)}`,
      };
    const chain = { rpc, line: [trusted, ...predecessors], from: expected?.block ?? 0 };
    return { trust: { domain: { chainId, registry: trusted }, predecessors, ...known }, reader, chain };
  } catch (error) {
    return { trust: {}, unreachable: error instanceof Error ? error.message : String(error) };
  }
}

function hexOption(name: string, text: string, length: number): Uint8Array {
  try {
    return fromHex(text, length);
  } catch (cause) {
    throw cliError("option-invalid", `${name} is not 0x and ${2 * length} hexadecimal digits`, { cause });
  }
}

/** A node was named and can't be asked: what rests on it could not be checked. */
function withoutNode(fragments: Fragments, why: string): Fragments {
  const instead = (name: "anchor" | "chain") =>
    fragments[name].status === "SKIPPED" ? failed(`The node can't be asked: ${why}.`) : fragments[name];
  return { ...fragments, anchor: instead("anchor"), chain: instead("chain") };
}

/** Reads no more than a receipt may have: what is longer is none, however long it is. */
async function readBounded(file: string): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    const stream: AsyncIterable<Buffer> = file === "-" ? process.stdin : createReadStream(file);
    for await (const part of stream) {
      parts.push(part);
      length += part.length;
      if (length > RECEIPT_LIMITS.file) break;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** ES256 by OpenSSL, some ten times as fast as in JavaScript. */
const fastCheck: RecordSignatureCheck = (text, signature, jwk) => {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    return false; // no point of the curve
  }
  return verifySignature("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }, signature);
};

/** What the receipt says, for JSON. */
function plain({ head, seal, decision, ...rest }: Statement): unknown {
  return {
    ...rest,
    ...(head && { head: toHex(head) }),
    ...(seal && { seal: toHex(seal) }),
    ...(decision && {
      decision: {
        outcome: decision.outcome,
        findings: findingNames(decision.findings),
        breaches: ruleNames(decision.breaches),
        undetermined: ruleNames(decision.undetermined),
      },
    }),
  };
}

async function explain(
  { fragments, says }: Report,
  verdict: string,
  law: DecisionLaw | undefined,
  language: Language,
): Promise<void> {
  for (const name of FRAGMENTS) {
    const { status, reason } = fragments[name];
    print(`${name.padEnd(10)} ${status.padEnd(8)} ${printable(reason)}`);
  }
  print();
  if (says.platform !== undefined && says.number !== undefined && says.index !== undefined)
    print(`Entry ${says.index} of filing ${says.number} of platform ${says.platform}.`);
  // What isn't sealed is the file's own word, and is not said as a decision.
  if (says.decision !== undefined && fragments.decision.status === "VALID")
    await explainDecision(says.decision, law, language);
  const skipped = FRAGMENTS.filter((name) => fragments[name].status === "SKIPPED");
  if (verdict === "VALID" && skipped.length === 0) print("This receipt is valid.");
  else if (verdict === "VALID") print(`What could be checked holds; not checked: ${skipped.join(", ")}.`);
  else if (verdict === "INVALID") print("This receipt proves nothing: something in it is wrong.");
  else print("This receipt could not be checked.");
}

async function explainDecision(decision: Decision, law: DecisionLaw | undefined, language: Language): Promise<void> {
  const { citationInWords } = law === undefined ? { citationInWords: undefined } : await import("../verify/law.ts");
  const beneath = (rule: RuleName): string[] => {
    const citation = law?.citations.find((one) => one.rule === rule);
    if (law === undefined || citation === undefined || citationInWords === undefined) return [];
    return citationInWords(citation, law.local, language).map((line) => `    ${line}`);
  };
  for (const line of decisionInWords(decision, language, beneath)) print(printable(line, 4_000));
  for (const remark of law?.remarks ?? []) print(printable(remark));
}

/** A receipt is foreign text: nothing in it may steer a terminal. */
function printable(text: string, most = 500): string {
  return text.slice(0, most).replace(/\p{C}/gu, "\ufffd");
}
