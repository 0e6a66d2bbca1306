import { toHex } from "../../core/bytes.ts";
import { type Decision, decodeDecisions, findingNames, ruleNames } from "../../core/decision.ts";
import type { FilingRow } from "../../store/filings.ts";
import type { SubmissionStatus } from "../../store/submissions.ts";
import type { DecisionJson, FilingJson, LawJson, SubmissionJson } from "./schemas.ts";

/** A decision in the words of the interface. */
export function decisionView({ outcome, breaches, undetermined, findings }: Decision): Omit<DecisionJson, "final"> {
  return {
    outcome,
    breaches: ruleNames(breaches),
    undetermined: ruleNames(undetermined),
    findings: findingNames(findings),
  };
}

function stateOf(status: SubmissionStatus): SubmissionJson["state"] {
  if (status.placement === null) return "received";
  if (status.placement !== "filed") return status.placement;
  // Filed again under a new number soon; until then it waits.
  if (status.filingState === null || status.filingState === "overtaken") return "received";
  return status.filingState;
}

/** What a submission's status says. `law`: the articles behind its decision. */
export function submissionView(status: SubmissionStatus, law?: LawJson[]): SubmissionJson {
  const state = stateOf(status);
  const { number, index, blockTime, reason, decision } = status;
  const decided = decision === null ? undefined : decodeDecisions(decision)[0];
  const placed = state !== "received" && number !== null && index !== null;
  return {
    id: toHex(status.leaf),
    platform: status.platform,
    event: status.jti,
    sequence: status.sequence,
    state,
    ...(reason !== null && { reason }),
    received: status.receivedAt.toISOString(),
    deadline: status.deadlineAt.toISOString(),
    ...(placed && { filing: { number, index, ...(blockTime !== null && { time: blockTime }) } }),
    ...(decided !== undefined && {
      decision: { ...decisionView(decided), ...(law && { law }), final: state === "final" },
    }),
  };
}

/** Whether nothing more will happen to it. */
export function isSettled({ state }: SubmissionJson): boolean {
  return state === "final" || state === "not_filed" || state === "quarantined";
}

/** 200 once there is a decision or a settled end, 202 while there is only the promise. */
export function statusCode(view: SubmissionJson): 200 | 202 {
  return view.decision !== undefined || isSettled(view) ? 200 : 202;
}

export function filingView(row: FilingRow): FilingJson {
  return {
    platform: row.platform,
    number: row.number,
    // Queries leave out what was overtaken.
    state: row.state as FilingJson["state"],
    previous: toHex(row.previous),
    head: toHex(row.head),
    recordsRoot: toHex(row.records_root),
    count: row.sequences.length,
    ...(row.block_time !== null && { time: row.block_time }),
    ...(row.block_number !== null &&
      row.block_hash !== null && { block: { number: row.block_number, hash: toHex(row.block_hash) } }),
    ...(row.transaction_hash !== null && { transaction: toHex(row.transaction_hash) }),
  };
}
