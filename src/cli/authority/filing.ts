/** Filing what an order says: as records of the authority's, told before and after. */
import { hash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Submission } from "../../client/answers.ts";
import { issueRecord } from "../../client/record.ts";
import type { Hex } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import { type ClaimsJson, issuerName, RECORD_FORMAT } from "../../core/record.ts";
import { plural } from "../../regulator/value-words.ts";
import { EXIT, note, print, printJson } from "../output.ts";
import { confirm } from "../rules/confirm.ts";
import type { Authority, OrderOptions } from "./authority.ts";

/** One thing that the order does. */
export interface Remedy {
  readonly kind: "Closed" | "Corrected" | "Assigned" | "Complained" | "Barred";
  /** What it is, for people: the loan, and what becomes of it. */
  readonly told: string;
  readonly borrower: Hex;
  /** The loan's own number and its opening; a bar is of the borrower alone. */
  readonly loan?: { readonly number: string; readonly opening: Hex };
  readonly event: Readonly<Record<string, unknown>>;
}

/** What became of one: undefined if it was filed under this order before. */
type Outcome = { readonly remedy: Remedy; readonly submission: Submission | undefined };

const BATCH = 100;
/** Seconds that decisions are waited for. */
const PATIENCE = 120;

/** Tells what the order does, and does it once it is confirmed. Exit code 1 if the registry refused any of it. */
export async function carryOut(
  authority: Authority,
  remedies: readonly Remedy[],
  options: OrderOptions,
): Promise<void> {
  const { platform, order, law } = authority;
  const say = options.json === true ? note : print;
  if (remedies.length === 0) {
    say("Nothing to file: there is no such loan.");
    if (options.json === true) printJson({ filed: false, order, authority: platform.platform, acts: [] });
    return;
  }
  say(`By the order in ${options.order} (SHA-256 ${order}), platform ${platform.platform}, ${platform.name}, files`);
  for (const { told } of remedies) say(`  ${told}`);
  say(
    `as of ${law.local(authority.at)}. It is public, with the order's hash, and stays: only another order can change what it did.`,
  );
  if (options.dryRun === true) {
    if (options.json === true)
      printJson({ filed: false, order, authority: platform.platform, acts: remedies.map(view) });
    return;
  }
  await confirm("order", `file ${plural(remedies.length, "record")}`, options);
  const outcomes: Outcome[] = [];
  for (let from = 0; from < remedies.length; from += BATCH)
    outcomes.push(...(await file(authority, remedies.slice(from, from + BATCH))));
  if (outcomes.some(({ submission }) => submission !== undefined && !isCarriedOut(submission)))
    process.exitCode = EXIT.no;
  if (options.json === true) {
    printJson({ filed: true, order, authority: platform.platform, acts: outcomes.map(viewOutcome) });
    return;
  }
  for (const { remedy, submission } of outcomes) {
    print(`${submission === undefined ? "filed before" : inWords(submission)}: ${remedy.told}`);
    if (submission !== undefined) print(`    \`tally receipt ${submission.id}\``);
  }
}

const isCarriedOut = ({ decision }: Submission): boolean => decision !== undefined && decision.outcome !== "refused";

function inWords({ decision, state, reason }: Submission): string {
  if (decision === undefined) return [state.replace("_", " "), reason].filter((part) => part !== undefined).join(", ");
  return [decision.outcome, ...decision.findings, ...decision.breaches].join(" ");
}

async function file(authority: Authority, remedies: readonly Remedy[]): Promise<Outcome[]> {
  const items = remedies.map((remedy) => {
    const jti = idOf(authority, remedy);
    return { idempotencyKey: jti, record: issueRecord(claimsOf(authority, remedy, jti), authority.signer) };
  });
  const results = await submit(authority, items);
  const outcomes: Outcome[] = [];
  for (const [i, result] of results.entries()) {
    const remedy = remedies[i]!;
    if ("submission" in result)
      outcomes.push({ remedy, submission: await authority.client.wait(result.submission.id, PATIENCE) });
    // Asked again after it was cut short: the same act under the same order is one event.
    else if (AGAIN.has(result.error.code)) outcomes.push({ remedy, submission: undefined });
    else throw result.error;
  }
  return outcomes;
}

const AGAIN = new Set(["event-duplicate", "idempotency-conflict"]);

type Items = Parameters<Authority["client"]["submitBatch"]>[0];

/** A platform that was licensed a moment ago is known to the gateway a moment later. */
async function submit({ client }: Authority, items: Items): ReturnType<Authority["client"]["submitBatch"]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.submitBatch(items);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "platform-unknown" || attempt === 10) throw error;
      await sleep(500);
    }
  }
}

/** The same for the same act under the same order, so that it is filed once however often it is asked. */
function idOf({ order, stated }: Authority, { kind, borrower, loan, event }: Remedy): string {
  const text = JSON.stringify([order, kind, borrower, loan?.opening, event, stated]);
  return `order-${hash("sha256", text, "hex").slice(0, 40)}`;
}

function claimsOf(
  { platform, order, at }: Authority,
  { kind, borrower, loan, event }: Remedy,
  jti: string,
): ClaimsJson {
  return {
    ...{ iss: issuerName(platform.platform), iat: Math.floor(Date.now() / 1_000), jti, fmt: RECORD_FORMAT, kind },
    borrower: { pseudonym: borrower },
    ...(loan && { loan }),
    event: { ...event, order },
    time: { at },
    // `issueRecord` checks every claim of the kind.
  } as unknown as ClaimsJson;
}

const view = ({ kind, borrower, loan, event }: Remedy) => ({ kind, borrower, ...loan, event });

const viewOutcome = ({ remedy, submission }: Outcome) => ({
  ...view(remedy),
  ...(submission === undefined
    ? { again: true }
    : { id: submission.id, state: submission.state, decision: submission.decision, reason: submission.reason }),
});
