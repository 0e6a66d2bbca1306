/** Who the authority is, by which order it acts, and which loans it acts on. */
import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Platform } from "../../chain/administration.ts";
import { GatewayClient } from "../../client/client.ts";
import { loadRecordKey, type RecordSigner } from "../../client/record.ts";
import { type Hex, toHex } from "../../core/bytes.ts";
import type { Ref } from "../../core/entry.ts";
import { AUTHORITY } from "../../core/licences.ts";
import type { Claims } from "../../core/record.ts";
import { leafOf, parseRecord } from "../../core/sd-jwt.ts";
import { collectHistory } from "../../regulator/simulate-history.ts";
import { cliError } from "../errors.ts";
import { unreadable } from "../files.ts";
import { needConnections } from "../home.ts";
import { historySource } from "../operator/history-source.ts";
import { wholeNumber } from "../platform/values.ts";
import { type Law, type LawOptions, openLaw } from "../rules/law.ts";
import { openLoansOf } from "./open-loans.ts";

export interface OrderOptions extends LawOptions {
  /** File of the order: its hash goes onto the chain. */
  readonly order: string;
  /** The authority's number, where there are several. */
  readonly as?: string;
  /** When it happened; now, if it is left out. */
  readonly at?: string;
  /** All open loans of this platform, instead of loans by their ids. */
  readonly platform?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** The authority at work. */
export interface Authority {
  readonly law: Law;
  readonly platform: Platform;
  readonly signer: RecordSigner;
  /** With the authority's API key. */
  readonly client: GatewayClient;
  /** With the operator's, who may read all platforms' records. */
  readonly reader: GatewayClient;
  /** SHA-256 of the order's file. */
  readonly order: Hex;
  /** When it happened, UTC seconds. */
  readonly at: number;
  /** The same, where it was said: acts of one order that differ in it are several. */
  readonly stated?: number;
}

/** A loan that an order is about. */
export interface Loan {
  /** Leaf of its opening, which is its submission's id. */
  readonly opening: Hex;
  readonly claims: Extract<Claims, { kind: "Opened" }>;
  readonly platform: number;
}

/** Opens all that an order needs. Throws `option-invalid`, `api-key-needed`, `file-unreadable`. */
export async function openAuthority(options: OrderOptions): Promise<Authority> {
  const order = await hashOf(options.order);
  const law = await openLaw(options);
  const { home, regulator } = law.context;
  const platform = authorityOf(await regulator.platforms(), options.as);
  const [{ gatewayUrl: url }, secrets] = await Promise.all([needConnections(home), home.secrets()]);
  const keyOf = (name: string): string => {
    const apiKey = secrets?.apiKeys[name];
    if (apiKey !== undefined) return apiKey;
    throw cliError("api-key-needed", `${home.path} holds no API key ${name}`, {
      fix: "Work on the data directory in which the authority was added (`tally platform add NAME --authority`).",
    });
  };
  const stated = options.at === undefined ? undefined : law.moment("--at", options.at);
  return {
    ...{ law, platform, order },
    signer: loadRecordKey(await home.recordKey(platform.platform)),
    client: new GatewayClient({ url, apiKey: keyOf(`platform-${platform.platform}`) }),
    reader: new GatewayClient({ url, apiKey: keyOf("operator") }),
    at: stated ?? law.now,
    ...(stated !== undefined && { stated }),
  };
}

async function hashOf(path: string): Promise<Hex> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (bytes.length > 0) return `0x${hash("sha256", bytes, "hex")}`;
  throw cliError("option-invalid", `--order: ${path} is empty, which is no order`);
}

function authorityOf(all: readonly Platform[], given: string | undefined): Platform {
  const able = all.filter(({ flags, standing }) => (flags & AUTHORITY) !== 0 && standing === "active");
  const number = given === undefined ? undefined : wholeNumber("--as", given, 262_143);
  const found = able.filter(({ platform }) => number === undefined || platform === number);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const names = able.map(({ platform, name }) => `${platform} (${name})`).join(", ");
  if (able.length === 0)
    throw cliError("option-invalid", "No active licence is the authority's", {
      fix: "Grant one with `tally platform add NAME --authority`, or make a platform it with `tally platform amend N --authority`.",
    });
  throw cliError(
    "option-invalid",
    number === undefined ? "There are several authorities" : `Platform ${number} is not the authority`,
    {
      fix: `Say with --as which one acts: ${names}.`,
    },
  );
}

const ID = /^0x[0-9a-f]{64}$/iu;

/** The loans that are meant: those named by the ids of their openings, or all that a platform holds. */
export async function loansOf(authority: Authority, ids: readonly string[], options: OrderOptions): Promise<Loan[]> {
  if (ids.length > 0 === (options.platform !== undefined))
    throw cliError(
      "option-invalid",
      "Say which loans: by the ids of their openings, or all of a platform with --platform",
      {
        fix: "A loan's id is that of the submission that opened it: `tally import --results`, the platform's own books, or GET /v1/filings say it.",
      },
    );
  const strange = ids.find((id) => !ID.test(id));
  if (strange !== undefined)
    throw cliError("option-invalid", `${JSON.stringify(strange.slice(0, 80))} is no id of a loan's opening`, {
      fix: "Give 0x and 64 hexadecimal digits.",
    });
  const openings =
    options.platform === undefined
      ? [...new Set(ids.map((id) => id.toLowerCase() as Hex))]
      : await heldBy(authority, wholeNumber("--platform", options.platform, 262_143), options);
  const loans: Loan[] = [];
  for (const id of openings) loans.push(await loanOf(authority, id));
  return loans;
}

async function heldBy({ reader }: Authority, platform: number, options: OrderOptions): Promise<Hex[]> {
  const { acts } = await collectHistory(await historySource(sourceOf(options)));
  const filings = new Map<string, readonly Hex[]>();
  const idOf = async ({ platform: filer, number, index }: Ref): Promise<Hex> => {
    const key = `${filer}/${number}`;
    const ids = filings.get(key) ?? (await reader.submissionsOf(filer, number));
    filings.set(key, ids);
    const id = ids[index];
    if (id !== undefined) return id;
    throw cliError(
      "gateway-refused",
      `The gateway doesn't have entry ${index} of filing ${number} of platform ${filer}`,
    );
  };
  const ids: Hex[] = [];
  for (const ref of openLoansOf(acts, platform)) ids.push(await idOf(ref));
  return ids;
}

const sourceOf = ({ data, rpc }: OrderOptions) => ({
  ...(data !== undefined && { data }),
  ...(rpc !== undefined && { rpc }),
});

/** What its receipt says of a loan. */
async function loanOf({ reader }: Authority, id: Hex): Promise<Loan> {
  const { record } = await reader.receipt(id);
  const { claims, jwt } = parseRecord(record.sdJwt);
  if (claims.kind !== "Opened" || toHex(leafOf(jwt)) !== id || !("terms" in claims) || !("loan" in claims))
    throw cliError("option-invalid", `${id} opened no loan: it is a record of a ${claims.kind}`, {
      fix: "Give the id of the submission that opened the loan.",
    });
  const platform = Number(claims.iss.split(":").at(-1));
  return { opening: id, claims: claims as Loan["claims"], platform };
}
