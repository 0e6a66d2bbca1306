import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { auditOf } from "../support/chain-content.ts";
import { ImportMarket } from "../support/import-market.ts";

/** Four loans of one borrower's lender, and when its collectors called. */
const TABLE = `loan,who,day,amount,called,again,spoke
L1,ann,2025-03-03 10:00,5000.00,2025-05-06 12:00,2025-05-07 23:30,outsourcer
L2,bob,2025-03-03 11:00,5000.00,2025-05-06 12:00,2025-05-07 21:59,lender
L3,cho,2025-03-03 12:00,5000.00,,2025-05-07 07:59,lender
L4,dan,2025-03-03 13:00,5000.00,,,lender
`;

const MAP = `
mapping: contacts
dates: { formats: [yyyy-MM-dd HH:mm], zone: Asia/Shanghai }
platform: 1
borrower: { column: who }
loan: loan
product: PRODUCT
opened: { date: day, principal: amount }
schedule: { single: { amount: amount, term: 30 } }
contacted:
  - { date: called, channel: 1 }
  - { date: again, channel: 129, agent: { column: spoke, values: { outsourcer: outsourcer, lender: lender } } }
`;

describe("tally import, of a file with collectors' calls", function () {
  this.timeout(120_000);
  let market: ImportMarket;
  before(async () => (market = await ImportMarket.open("cn-online-lending.yaml", 1)));
  after(() => market.close());

  it("files them as history, and the rule says which were at night", async () => {
    const [table, map] = [join(market.data, "calls.csv"), join(market.data, "calls.yaml")];
    await writeFile(table, TABLE);
    await writeFile(map, MAP.replace("PRODUCT", "1/1"));
    const { code, stderr, last } = await market.import([table, "--map", map, "--json"]);
    expect([code, stderr.includes("rejected")], stderr).to.deep.equal([0, false]);
    expect(last.entries).to.include({ Opened: 4, Contacted: 5 });
    expect(last.events_by_rule).to.deep.equal({ CONTACT: 2 });
    expect(last.decisions).to.include({ refused: 0 });
    expect((await auditOf(market.market)).found).to.deep.equal([]);
  });
});
