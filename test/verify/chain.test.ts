import { expect } from "chai";

import { certifyRecordKey, issueRecord } from "../../src/client/record.ts";
import { Regulator } from "../../src/chain/administration.ts";
import { artifact } from "../../src/chain/artifacts.ts";
import { fetchBlocks } from "../../src/chain/blocks.ts";
import { deploy, type Deployment, domainOf } from "../../src/chain/deployment.ts";
import { encodeFile } from "../../src/chain/encode-file.ts";
import { decodeLog, type FiledEvent } from "../../src/chain/events.ts";
import { NodeReader } from "../../src/chain/node-reader.ts";
import { sealEvidence } from "../../src/chain/seal-evidence.ts";
import { localSigner } from "../../src/chain/signer.ts";
import { Account, type MinedTransaction } from "../../src/chain/account.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { fromHex, type Hex, toHex } from "../../src/core/bytes.ts";
import { encodeEntry } from "../../src/core/encode-entry.ts";
import { encodeEntries, type FilingDomain, headOf } from "../../src/core/filing.ts";
import { treeHead } from "../../src/core/merkle.ts";
import { buildReceipt, type Receipt } from "../../src/core/receipt.ts";
import { entryOf } from "../../src/core/record-entry.ts";
import { parseClaims } from "../../src/core/record.ts";
import { leafOf } from "../../src/core/sd-jwt.ts";
import { FRAGMENTS, type Report } from "../../src/verify/report.ts";
import { verifyReceipt } from "../../src/verify/verify.ts";
import { RICH_KEY, startTestChain, type TestChain } from "../support/anvil.ts";
import { filingAddress, filingSecret, recordSigner, refs, samples } from "../support/receipts.ts";

const statuses = ({ fragments }: Report) => FRAGMENTS.map((name) => fragments[name].status).join(" ");
const ALL = "VALID VALID VALID VALID VALID VALID";

describe("a receipt of a filing on a real chain", function () {
  this.timeout(120_000);
  let chain: TestChain;
  let domain: FilingDomain;
  let reader: NodeReader;
  let transactor: Transactor;
  let account: Account;
  let deployment: Deployment;
  const receipts: Receipt[] = [];
  let previous: Uint8Array = new Uint8Array(32);

  /** Files all sample records and makes a receipt of the first. */
  async function file(number: number): Promise<Receipt> {
    const records = samples.map((claims) => issueRecord(claims, recordSigner));
    const leaves = records.map((text) => leafOf(text.slice(0, text.indexOf("~"))));
    const entries = encodeEntries(samples.map((claims) => encodeEntry(entryOf(parseClaims(claims), refs))));
    const filing = { platform: 1, number, previous, recordsRoot: treeHead(leaves), entries };
    const signer = localSigner(filingSecret);
    const signed = { ...filing, signature: await signer.signFiling(filing, domain) };
    const { raw, hash } = account.sign({
      to: domain.registry,
      data: encodeFile(signed),
      nonce: await account.minedNonce(),
      gasLimit: 16_000_000n,
      fees: await account.fees(),
    });
    await account.broadcast(raw);
    const { blockNumber } = await minedBlock(hash);
    const [block] = await fetchBlocks(chain.rpc, [deployment.registry], blockNumber, blockNumber);
    const filed = decodeLog(block!.logs[0]!) as FiledEvent;
    const head = headOf(filing, domain);
    expect(toHex(filed.head)).to.equal(toHex(head));
    previous = head;
    const mined = { number: block!.number, hash: fromHex(block!.hash) };
    const evidence = await sealEvidence(chain.rpc, {
      ...{ registry: domain.registry, platform: 1, number, block: mined },
    });
    const { header, proof } = evidence;
    const terms = { platform: 1, key: recordSigner.publicKey, validFrom: 0, validTo: 2 ** 39 };
    const { key, ...certificate } = await certifyRecordKey(signer, terms, domain);
    return buildReceipt({
      domain,
      record: records[0]!,
      recordKey: { jwk: key, ...certificate },
      index: 0,
      leaves,
      filing: signed,
      head,
      key: filingAddress,
      time: filed.time,
      decisions: filed.decisions,
      block: { ...mined, ...(header && { header }) },
      ...(proof && { proof }),
    });
  }

  /** The node answers a broadcast before it has made the block. */
  async function minedBlock(hash: Uint8Array): Promise<MinedTransaction> {
    for (;;) {
      const mined = await account.mined(hash);
      if (mined !== undefined) return mined;
    }
  }

  before(async () => {
    chain = await startTestChain();
    const key = fromHex(RICH_KEY);
    transactor = new Transactor(chain.rpc, 31_337n, key);
    deployment = await deploy(transactor, { notice: 0, successionNotice: 0 });
    domain = domainOf(deployment);
    reader = new NodeReader(chain.rpc, domain.registry, deployment.block);
    const licence = { recovery: new Uint8Array(20), group: 0, foundingUntil: 0, products: [65] };
    await new Regulator(transactor, deployment).grant({ ...licence, name: "First", key: filingAddress });
    account = new Account(chain.rpc, 31_337n, key);
    for (const number of [1, 2, 3]) receipts.push(await file(number));
  });
  after(() => chain.stop());

  it("is VALID against the node", async () => {
    for (const receipt of receipts) {
      const report = await verifyReceipt(receipt, { trust: { domain }, reader });
      expect(statuses(report)).to.equal(ALL);
    }
  });

  it("is VALID without a node, by its state proof for a block hash that is known", async () => {
    for (const receipt of receipts) {
      const { header, number } = receipt.anchor.block;
      expect(header).to.be.a("string");
      expect(number).to.be.greaterThan(0);
      const blockHash = fromHex(receipt.anchor.proof!.hash);
      expect(statuses(await verifyReceipt(receipt, { trust: { domain, blockHash } }))).to.equal(ALL);
    }
  });

  it("is INVALID with another filing's state proof", async () => {
    const [one, two] = receipts as [Receipt, Receipt];
    const swapped = { ...one, anchor: { ...one.anchor, proof: two.anchor.proof } };
    const { fragments } = await verifyReceipt(swapped, { trust: { domain }, reader });
    expect(fragments.anchor.status).to.equal("INVALID");
  });

  it("is INVALID with any byte of its state proof changed", async () => {
    const receipt = receipts[2]!;
    const { proof } = receipt.anchor;
    for (const name of ["account", "storage"] as const)
      for (const [i, node] of proof![name].entries())
        for (let at = 2; at < node.length; at += 37) {
          const changed = (node.slice(0, at) + (node[at] === "0" ? "1" : "0") + node.slice(at + 1)) as Hex;
          const forged = { ...proof!, [name]: proof![name].with(i, changed) };
          const { fragments } = await verifyReceipt({ ...receipt, anchor: { ...receipt.anchor, proof: forged } });
          expect(fragments.anchor.status, `${name} ${i} at ${at}`).to.equal("INVALID");
        }
  });

  it("is INVALID as another filing's, and for a registry that has none", async () => {
    const [one, two] = receipts as [Receipt, Receipt];
    const renumbered = { ...one, filing: { ...one.filing, number: 2, previous: two.filing.previous } };
    const { fragments } = await verifyReceipt(renumbered, { trust: { domain }, reader });
    expect(fragments.filing.status).to.equal("INVALID");
    const other = { ...domain, registry: fromHex(deployment.rulebook) };
    expect((await verifyReceipt(one, { trust: { domain: other }, reader })).fragments.anchor.status).to.equal(
      "INVALID",
    );
  });

  it("stays VALID when the platform changes its key, and needs the key of its own block", async () => {
    const other = new Uint8Array(20).fill(7);
    await transactor.send({
      to: deployment.licences,
      interface: artifact("Licences").interface,
      function: "setKey",
      args: [1, toHex(other)],
    });
    expect(statuses(await verifyReceipt(receipts[2], { trust: { domain }, reader }))).to.equal(ALL);
    const { number } = receipts[2]!.anchor.block;
    expect(await reader.keysOf(1, number)).to.deep.equal([filingAddress]);
    expect(await reader.keysOf(1, number + 1)).to.deep.equal([filingAddress, other]);
    expect(await reader.keysOf(1, number + 2)).to.deep.equal([other]);
    expect(await reader.keysOf(2, number)).to.deep.equal([]);
  });
});
