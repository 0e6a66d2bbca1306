import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { historySource } from "../../src/cli/operator/history-source.ts";
import { openLoansOf } from "../../src/cli/authority/open-loans.ts";
import { toHex } from "../../src/core/bytes.ts";
import { collectHistory } from "../../src/regulator/simulate-history.ts";
import { scratch, Tally, tally, type Finished } from "../support/tally.ts";

interface Told {
  readonly filed: boolean;
  readonly order: string;
  readonly authority: number;
  readonly acts: readonly {
    readonly kind: string;
    readonly borrower: string;
    readonly opening?: string;
    readonly id?: string;
    readonly again?: boolean;
    readonly decision?: { readonly outcome: string; readonly findings: readonly string[] };
  }[];
}

/** Of the sample: Birch Credit leaves the market, and Cedar Finance takes its book over. */
const [LEAVING, TAKING] = ["2", "3"];

describe("tally authority, on the sample market", function () {
  this.timeout(300_000);
  let area: Awaited<ReturnType<typeof scratch>>;
  let market: Tally;
  let data: string;
  let order: string;
  before(async () => {
    area = await scratch();
    data = join(area.path, "data");
    order = join(area.path, "order 12.txt");
    await writeFile(order, "Order 12: the book of Birch Credit goes to Cedar Finance.\n");
    market = new Tally(["start", "--port", "0", "--data", data]);
    await market.says(/Ctrl-C stops/u);
  });
  after(async () => {
    await market.stop();
    await area.remove();
  });

  const run = async (...args: string[]): Promise<Finished> => tally([...args, "--data", data]);
  const acts = async (...args: string[]): Promise<Finished> => run("authority", ...args, "--order", order);
  const told = async (...args: string[]): Promise<Told> => JSON.parse((await acts(...args, "--json")).stdout) as Told;
  const held = async (platform: string) => {
    const { acts: all } = await collectHistory(await historySource({ data }));
    return openLoansOf(all, Number(platform));
  };

  it("can't act before there is one", async () => {
    const { code, stderr } = await acts("close", "--platform", LEAVING, "--reason", "forgiven");
    expect(code).to.equal(2);
    expect(stderr).to.contain("No active licence is the authority's").and.contain("--authority");
  });

  it("plays a market exit through: the licence ends, the book is assigned, loans are put right, all audited", async () => {
    expect((await run("platform", "add", "The Regulator", "--authority")).code).to.equal(0);
    const book = await held(LEAVING);
    expect(book).to.have.length.above(3);

    const planned = await told("assign", "--platform", LEAVING, "--to", TAKING, "--dry-run");
    expect(planned).to.include({ filed: false, authority: 4 });
    expect(planned.order).to.equal(`0x${createHash("sha256").update(readFileSync(order)).digest("hex")}`);
    expect(planned.acts).to.have.length(book.length);
    const [first, second, third] = planned.acts.map(({ opening }) => opening!);
    const unconfirmed = await acts("assign", "--platform", LEAVING, "--to", TAKING);
    expect(unconfirmed.stderr).to.contain("(not-confirmed)");
    expect(unconfirmed.stdout).to.contain("Assigned to platform 3, Cedar Finance: loan sample-");

    expect((await run("platform", "withdraw", LEAVING, "--yes")).code).to.equal(0);
    const back = await acts("assign", first!, "--to", LEAVING, "--yes");
    expect(back.stderr).to.contain("platform 2 has no active licence");

    // One is forgiven, one corrected and complained of; what is left of the book goes over.
    const closed = await told("close", first!, "--reason", "forgiven", "--yes");
    expect(closed.acts[0]!.decision).to.deep.include({ outcome: "accepted", findings: [] });
    expect((await told("close", first!, "--reason", "forgiven", "--yes")).acts[0]).to.include({ again: true });
    const corrected = await told("correct", second!, "--outstanding", "1", "--why", "7", "--yes");
    expect(corrected.acts[0]!.decision).to.deep.include({ outcome: "flagged", findings: ["CORRECTED"] });
    const complained = await told("complain", third!, "--topic", "3", "--yes");
    expect(complained.acts[0]!.decision).to.deep.include({ outcome: "accepted" });
    const assigned = await told("assign", "--platform", LEAVING, "--to", TAKING, "--yes");
    expect(assigned.acts.map(({ decision }) => decision?.outcome)).to.deep.equal(book.slice(1).map(() => "accepted"));
    expect(await held(LEAVING)).to.deep.equal([]);
    const inTaking = (await held(TAKING)).map((ref) => JSON.stringify(ref));
    expect(inTaking).to.include.members(book.slice(1).map((ref) => JSON.stringify(ref)));
    expect((await acts("assign", "--platform", LEAVING, "--to", TAKING)).stdout).to.equal(
      "Nothing to file: there is no such loan.\n",
    );

    const barred = await told("bar", third!, "--until", "2090-01-01", "--yes");
    expect(barred.acts[0]).to.deep.include({ kind: "Barred" });
    expect(barred.acts[0]!.decision).to.deep.include({ outcome: "accepted" });
    expect((await told("bar", "--borrower", barred.acts[0]!.borrower, "--lift", "--yes")).acts).to.have.length(1);

    // What the registry refuses is told, with exit code 1: the loan is gone already.
    const other = join(area.path, "order 13.txt");
    await writeFile(other, "Order 13.\n");
    const refused = await run("authority", "close", first!, "--reason", "forgiven", "--yes", "--order", other);
    expect(refused.code, refused.stderr).to.equal(1);
    expect(refused.stdout).to.contain("refused NO-LOAN: Closed as forgiven: loan sample-");

    const audit = JSON.parse((await run("audit", "--json")).stdout) as Record<string, unknown>;
    expect(audit).to.include({ mismatches: 0 });
    const { acts: all } = await collectHistory(await historySource({ data }));
    const ordered = all.filter(({ ref }) => ref.platform === 4).map(({ entry }) => entry as { order?: Uint8Array });
    expect(ordered).to.have.length(book.length + 5);
    expect(ordered.slice(0, -1).map((entry) => toHex(entry.order!))).to.deep.equal(
      ordered.slice(0, -1).map(() => planned.order),
    );

    const receipt = join(area.path, "receipt.json");
    expect((await run("receipt", closed.acts[0]!.id!, "--out", receipt)).code).to.equal(0);
    expect((await run("verify", receipt)).code).to.equal(0);
  });

  it("says what is missing or can't be", async () => {
    const id = `0x${"ab".repeat(32)}`;
    const cases: readonly [readonly string[], string][] = [
      [["close", "--reason", "forgiven"], "Say which loans"],
      [["close", "42", "--reason", "forgiven"], "is no id of a loan's opening"],
      [["correct", id], "Say what is corrected"],
      [["correct", id, "--closed-at", "2026-01-01"], "--closed-at needs --at"],
      [["assign", id, "--to", "99"], "platform 99 has no active licence"],
      [["complain", id, "--topic", "300"], "no code from 0 to 255"],
      [["bar", id], "Say until when"],
      [["bar", id, "--until", "2020-01-01"], "is not after"],
      [["close", id, "--reason", "forgiven", "--as", "1"], "Platform 1 is not the authority"],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await acts(...args);
      expect({ code, said: stderr.includes(message) }, stderr).to.deep.equal({ code: 2, said: true });
    }
    const lost = await run("authority", "close", id, "--reason", "forgiven", "--order", join(area.path, "none.pdf"));
    expect(lost.stderr).to.contain("can't be read");
  });
});
