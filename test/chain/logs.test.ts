import { expect } from "chai";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { fetchLogs } from "../../src/chain/blocks.ts";
import { deploy, type Deployment } from "../../src/chain/deployment.ts";
import { JsonRpc, RpcError } from "../../src/chain/rpc.ts";
import { Transactor } from "../../src/chain/transactor.ts";
import { CHAIN_ID, type LocalChain, startLocalChain, testKey } from "../support/local-chain.ts";

const asked = z.object({
  id: z.number(),
  method: z.string(),
  params: z.array(z.looseObject({ fromBlock: z.string(), toBlock: z.string() })),
});

/** A node before the chain's that gives logs of so many blocks at most, as public ones do. */
function narrow(chain: LocalChain, most: number, spans: number[]): Server {
  return createServer((request, response) => {
    void (async () => {
      const body = await json(request);
      const { data } = asked.safeParse(body);
      const [filter] = data?.params ?? [];
      if (data?.method === "eth_getLogs" && filter !== undefined) {
        const to =
          filter.toBlock === "latest" ? await chain.rpc.call("eth_blockNumber", [], z.string()) : filter.toBlock;
        const span = Number(to) - Number(filter.fromBlock) + 1;
        spans.push(span);
        if (span > most) {
          const error = { code: -32_005, message: `block range exceeds ${most}` };
          response.end(JSON.stringify({ jsonrpc: "2.0", id: data.id, error }));
          return;
        }
      }
      const answer = await fetch(chain.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      response.end(await answer.text());
    })();
  });
}

describe("chain/logs, of a node that bounds its answers", () => {
  let chain: LocalChain;
  let deployment: Deployment;
  let server: Server;
  const spans: number[] = [];

  before(async () => {
    chain = await startLocalChain();
    deployment = await deploy(new Transactor(chain.rpc, CHAIN_ID, testKey(1)), { notice: 0, successionNotice: 0 });
  });

  beforeEach(() => {
    spans.length = 0;
  });

  afterEach(() => server.close());

  after(async () => chain.stop());

  const through = async (most: number): Promise<JsonRpc> => {
    server = narrow(chain, most, spans);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new JsonRpc(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  };

  it("come whole and in order, asked for in spans that it gives", async () => {
    const { administration, licences } = deployment;
    const whole = await fetchLogs(chain.rpc, [administration, licences], 0, "latest");
    expect(new Set(whole.map(({ blockNumber }) => blockNumber)).size).to.be.greaterThan(3);
    expect(await fetchLogs(await through(3), [administration, licences], 0, "latest")).to.deep.equal(whole);
    expect(spans.some((span) => span > 3)).to.equal(true);
  });

  it("fail with its words where it gives not even one block's", async () => {
    const failure = await fetchLogs(await through(0), [deployment.licences], 0, "latest").catch((e: unknown) => e);
    expect(failure).to.be.instanceOf(RpcError);
    expect((failure as RpcError).message).to.contain("block range exceeds 0");
    expect(spans.at(-1)).to.equal(1);
  });
});
