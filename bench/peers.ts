/**
 * What others do, measured in the same run on the same machine: `node bench/peers.ts` prints the rows, `peerRows()` returns them.
 *
 * The peers are a package of their own, bench/peers, which nothing else needs; it is installed when this first runs. EAS's compiled
 * contracts are deployed as they were published, on the same in-process chain as ours.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { network } from "hardhat";

import { leafHash, treeHead } from "../src/core/merkle.ts";
import { row } from "./report.ts";
import { type BenchRow, printIfMain } from "./rows.ts";

const HOME = join(import.meta.dirname, "peers");
const EAS = "@ethereum-attestation-service/eas-contracts";
const ATTESTATIONS = 100;
const DATA_BYTES = 160;

/** Installs the peers if they aren't there. Throws, with what to do, if they can't be had. */
export function installPeers(tell: (line: string) => void): void {
  if (existsSync(join(HOME, "node_modules", ".package-lock.json"))) return;
  tell("installing what is measured beside it (bench/peers, once, some seconds) …");
  const { status, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: HOME,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0)
    throw new Error(
      `the peers could not be installed (${error?.message ?? `npm ended with ${status}`}): try \`npm ci\` in bench/peers`,
    );
}

interface Published {
  readonly abi: object[];
  readonly bytecode: string;
}

function published(contract: string): Published {
  const path = join(HOME, "node_modules", EAS, "artifacts/contracts", `${contract}.sol`, `${contract}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as Published;
}

/** Attestations of 160 bytes, the size of an entry with its place, a hundred to a transaction; and a bare hash, which EAS only dates. */
async function easRows(): Promise<BenchRow[]> {
  const { ethers } = await network.create();
  const [signer] = await ethers.getSigners();
  const deploy = async (contract: string, ...args: unknown[]) => {
    const { abi, bytecode } = published(contract);
    return (await ethers.getContractFactory(abi as never[], bytecode, signer)).deploy(...args);
  };
  const gasOf = async (sent: Promise<unknown>): Promise<number> => {
    const receipt = await ((await sent) as { wait(): Promise<{ gasUsed: bigint } | null> }).wait();
    return Number(receipt?.gasUsed);
  };
  const registry = await deploy("SchemaRegistry");
  const eas = await deploy("EAS", await registry.getAddress());
  await gasOf(registry.getFunction("register")("bytes data", ethers.ZeroAddress, false));
  const schema = ethers.solidityPackedKeccak256(
    ["string", "address", "bool"],
    ["bytes data", ethers.ZeroAddress, false],
  );
  let seed = 0;
  const attestations = (count: number) =>
    Array.from({ length: count }, () => ({
      recipient: ethers.ZeroAddress,
      expirationTime: 0,
      revocable: false,
      refUID: ethers.ZeroHash,
      data: ethers.hexlify(ethers.concat(Array.from({ length: DATA_BYTES / 32 }, () => ethers.id(`${++seed}`)))),
      value: 0,
    }));
  const attest = (count: number) => gasOf(eas.getFunction("multiAttest")([{ schema, data: attestations(count) }]));
  await attest(1);
  const many = await attest(ATTESTATIONS / 2);
  return [
    row(
      `EAS ${easVersion()}: each of ${ATTESTATIONS / 2} attestations of ${DATA_BYTES} bytes, no rules`,
      Math.round(many / (ATTESTATIONS / 2)),
      "gas",
    ),
    row("EAS: timestamp of a bare hash", await gasOf(eas.getFunction("timestamp")(ethers.id("hash"))), "gas"),
  ];
}

function easVersion(): string {
  const path = join(HOME, "node_modules", EAS, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

interface MerkleTree {
  readonly StandardMerkleTree: { of(values: unknown[][], types: string[]): { readonly root: string } };
}

/** Seconds of the thread's own processor time. */
function secondsOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return Math.round((user + system) / 1e4) / 100;
}

/** The same leaves, 32 bytes each, in both trees; leaf hashes included. */
function treeRows(leaves: number): BenchRow[] {
  const { StandardMerkleTree } = createRequire(join(HOME, "package.json"))("@openzeppelin/merkle-tree") as MerkleTree;
  const values = Array.from({ length: leaves }, (_, i) => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, i);
    return bytes;
  });
  const theirs = values.map((bytes) => [`0x${Buffer.from(bytes).toString("hex")}`]);
  const count = leaves.toLocaleString("en-US");
  return [
    row(
      `tree of ${count} records of 32 bytes`,
      secondsOf(() => treeHead(values.map((bytes) => leafHash(bytes)))),
      "s",
    ),
    row(
      `@openzeppelin/merkle-tree of the same ${count}`,
      secondsOf(() => StandardMerkleTree.of(theirs, ["bytes32"])),
      "s",
    ),
  ];
}

export async function peerRows({ leaves = 100_000 } = {}): Promise<BenchRow[]> {
  installPeers((line) => process.stderr.write(`  ${line}\n`));
  return [...(await easRows()), ...treeRows(leaves)];
}

await printIfMain(import.meta.url, peerRows);
