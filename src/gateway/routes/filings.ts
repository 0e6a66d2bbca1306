import { z } from "zod";
import { toHex } from "../../core/bytes.ts";
import { recoverSigner, sealOf } from "../../core/filing.ts";
import { buildReceipt, receiptSchema } from "../../core/receipt.ts";
import { parseRecord } from "../../core/sd-jwt.ts";
import { findFiling, listFilings } from "../../store/filings.ts";
import { findRecord, leavesOf } from "../../store/submissions.ts";
import { gatewayError } from "../errors.ts";
import { assertOwn, type Route, route } from "../http/route.ts";
import { filingNumber, filingsAnswer, filingsQuery, filingWhole, id, platformNumber } from "../http/schemas.ts";
import { filingView } from "../http/views.ts";
import type { Services } from "../services.ts";

const READERS = ["platform", "auditor", "operator"] as const;

/** Reading what was filed, and proofs of it. */
export function filingRoutes({ db, intake, recordKeys, ledger, evidence }: Services): Route[] {
  const list = route({
    method: "get",
    path: "/v1/filings",
    summary: "A platform's filings",
    roles: READERS,
    query: filingsQuery,
    answers: { 200: { description: "In the order of their numbers.", schema: filingsAnswer } },
    problems: ["not-found"],
    async handle({ query, caller }) {
      const platform = query.platform ?? caller?.platform;
      if (platform === undefined) throw gatewayError("request-invalid", "query.platform: say whose filings");
      assertOwn(caller, platform, "platform");
      const rows = await listFilings(db, platform, query.from, query.limit);
      const last = rows.at(-1);
      const more = rows.length === query.limit && last !== undefined;
      return { status: 200, body: { filings: rows.map(filingView), ...(more && { next: last.number + 1 }) } };
    },
  });

  const one = route({
    method: "get",
    path: "/v1/filings/{platform}/{number}",
    summary: "A filing with its entries and decisions",
    roles: READERS,
    params: z.strictObject({ platform: platformNumber, number: filingNumber }),
    answers: { 200: { description: "The filing.", schema: filingWhole } },
    problems: ["not-found"],
    async handle({ params, caller }) {
      assertOwn(caller, params.platform, "filing");
      const row = await findFiling(db, params.platform, params.number);
      assertOwn(caller, row?.platform, "filing");
      const body = {
        ...filingView(row),
        entries: toHex(row.entries),
        ...(row.signature !== null && { signature: toHex(row.signature) }),
        ...(row.decisions !== null && { decisions: toHex(row.decisions) }),
        submissions: (await leavesOf(db, row.sequences)).map(toHex),
      };
      return { status: 200, body };
    },
  });

  const receipt = route({
    method: "get",
    path: "/v1/receipts/{id}",
    summary: "A receipt",
    description:
      "One file that proves what was recorded, decided and anchored; `tally verify` checks it without the gateway. What its decision rests on in law is no part of it: the submission that the header `Link` names says it.",
    roles: READERS,
    params: z.strictObject({ id }),
    answers: { 200: { description: "The receipt.", schema: receiptSchema } },
    problems: ["not-found", "receipt-early"],
    async handle({ params, caller }) {
      const status = (await intake.statuses([params.id])).get(params.id);
      assertOwn(caller, status?.platform, "submission");
      const { platform, number, index } = status;
      const row = number === null ? undefined : await findFiling(db, platform, number);
      const record = await findRecord(db, status.leaf);
      if (
        row === undefined ||
        row.decisions === null ||
        row.block_number === null ||
        index === null ||
        record === undefined
      ) {
        throw gatewayError("receipt-early", "The submission is not mined, so there is nothing to prove yet.");
      }
      const parsed = parseRecord(record);
      const recordKey = recordKeys.find(platform, parsed.kid)!;
      const filing = {
        platform,
        number: row.number,
        previous: row.previous,
        recordsRoot: row.records_root,
        entries: row.entries,
      };
      const signature = row.signature!;
      const key = recoverSigner(row.head, signature)!;
      const block = { number: row.block_number, hash: row.block_hash! };
      const domain = ledger().domainOf(filing, row.head);
      if (domain === undefined) throw gatewayError("not-ready", "The chain is not followed far enough yet.");
      const { header, proof } = await evidence({
        registry: domain.registry,
        platform,
        number: row.number,
        seal: sealOf(row.head, row.block_time!, row.decisions),
        block,
      });
      const body = buildReceipt({
        domain,
        record,
        recordKey: { jwk: recordKey.jwk, ...recordKeys.certificateFor(recordKey, parsed.claims.iat, key, domain) },
        index,
        leaves: await leavesOf(db, row.sequences),
        filing: { ...filing, signature },
        head: row.head,
        key,
        time: row.block_time!,
        decisions: row.decisions,
        block: { ...block, ...(header !== undefined && { header }) },
        ...(proof !== undefined && { proof }),
      });
      // The receipt is what can be proved, and nothing beside it: the articles are the submission's.
      return { status: 200, body, headers: { Link: `</v1/submissions/${params.id}>; rel="describedby"` } };
    },
  });

  return [list, one, receipt];
}
