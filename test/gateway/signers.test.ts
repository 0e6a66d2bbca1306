import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Wallet } from "ethers";
import { writeKeystore } from "../../src/chain/keystore.ts";
import { toHex } from "../../src/core/bytes.ts";
import { encodeEntries, type Filing, headOf, isSignedBy } from "../../src/core/filing.ts";
import { recordKeyDigest } from "../../src/core/record-key.ts";
import { remoteSigner, signerReference, Signers } from "../../src/gateway/signers.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { savePlatform } from "../../src/store/platforms.ts";
import { freshDatabase } from "../support/database.ts";
import { testKey } from "../support/local-chain.ts";

const DOMAIN = { chainId: 31_337n, registry: new Uint8Array(20).fill(3) };
const FILING: Filing = {
  platform: 7,
  number: 12,
  previous: new Uint8Array(32).fill(1),
  recordsRoot: new Uint8Array(32).fill(2),
  entries: encodeEntries([new Uint8Array([1, 2, 3])]),
};

describe("signers", function () {
  this.timeout(60_000);
  const wallet = new Wallet(toHex(testKey(9)));

  it("open an encrypted keystore, relative to the data directory", async () => {
    const directory = await mkdtemp(join(tmpdir(), "tally-test-keys-"));
    await writeKeystore(join(directory, "platform.json"), testKey(9), "password");
    const db: Database = openDatabase(await freshDatabase());
    await migrate(db);
    await savePlatform(db, { number: 7, name: "Seven", signer: { kind: "keystore", path: "platform.json" } });
    const signers = new Signers({ db, directory, password: "password" });
    const signer = await signers.of(7);
    expect(toHex(signer.address)).to.equal(wallet.address.toLowerCase());
    const signature = await signer.signFiling(FILING, DOMAIN);
    expect(isSignedBy(signer.address, headOf(FILING, DOMAIN), signature)).to.equal(true);
    const unknown = await signers.of(8).then(
      () => "",
      (error: { code: string }) => error.code,
    );
    expect(unknown).to.equal("platform-unknown");
    await db.destroy();
    await rm(directory, { recursive: true });
  });

  describe("at the platform's own", () => {
    let server: Server;
    let url: string;
    let key = testKey(9);

    before(async () => {
      // What Web3Signer does with eth_signTypedData, by another implementation of EIP-712 than ours.
      server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          const call = JSON.parse(Buffer.concat(chunks).toString()) as {
            id: number;
            method: string;
            params: [
              string,
              { domain: object; types: Record<string, { name: string; type: string }[]>; message: object },
            ];
          };
          const [, { domain, types, message }] = call.params;
          const { EIP712Domain: _, ...own } = types;
          void new Wallet(toHex(key)).signTypedData(domain, own, message).then((result) => {
            response.setHeader("content-type", "application/json");
            response.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
          });
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    after(() => {
      server.close();
      server.closeAllConnections();
    });

    it("see the typed filing, and sign its head", async () => {
      const signature = await remoteSigner(url, wallet.address).signFiling(FILING, DOMAIN);
      expect(isSignedBy(remoteSigner(url, wallet.address).address, headOf(FILING, DOMAIN), signature)).to.equal(true);
    });

    it("see the certificate of a record key, and sign it", async () => {
      const terms = { platform: 7, thumbprint: new Uint8Array(32).fill(5), validFrom: 1_000, validTo: 2 ** 39 };
      const signer = remoteSigner(url, wallet.address);
      const signature = await signer.certify!(terms, DOMAIN);
      expect(isSignedBy(signer.address, recordKeyDigest(terms, DOMAIN), signature)).to.equal(true);
    });

    it("are not believed if their signature is another key's", async () => {
      key = testKey(8);
      const outcome = await remoteSigner(url, wallet.address)
        .signFiling(FILING, DOMAIN)
        .then(
          () => "",
          (error: { code: string }) => error.code,
        );
      expect(outcome).to.equal("signer-foreign");
    });
  });

  it("are named by a reference that holds no secret", () => {
    expect(signerReference.safeParse({ kind: "keystore", path: "keys/platform-1.json" }).success).to.equal(true);
    expect(signerReference.safeParse({ kind: "keystore", path: "x", password: "y" }).success).to.equal(false);
    expect(
      signerReference.safeParse({ kind: "remote", url: "file:///etc/passwd", address: wallet.address }).success,
    ).to.equal(false);
  });
});
