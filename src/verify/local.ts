/** The fragments that the receipt itself proves: record, inclusion, filing, decision. */
import { equal, fromHex, toHex } from "../core/bytes.ts";
import { decodeEntry } from "../core/decode-entry.ts";
import { type Decision, findingNames, ruleNames } from "../core/decision.ts";
import { sealOf } from "../core/filing.ts";
import { headFromPath } from "../core/merkle.ts";
import { mismatchOf } from "../core/record-entry.ts";
import { kidOf, recordKeyDigest, thumbprintOf } from "../core/record-key.ts";
import { issuerOf } from "../core/record.ts";
import { leafOf } from "../core/sd-jwt.ts";
import type { Evidence } from "./evidence.ts";
import type { ChainReader } from "./reader.ts";
import { failed, type Fragment, invalid, skipped, valid } from "./report.ts";
import type { Signatures, Trust } from "./verify.ts";

/** The platform's record key signed it, the platform's filing key certified that key, and what is shown belongs to it. */
export function checkRecord(evidence: Evidence, signatures: Signatures): Fragment {
  const { record, parsed, filing, domain, format, strangers } = evidence;
  if (strangers.length > 0) return invalid(`The receipt has the field ${strangers[0]}, which nothing vouches for.`);
  if (!record.ok) return invalid(record.wrong);
  if (!parsed.ok) return invalid(parsed.wrong);
  const { claims, disclosed, withheld } = parsed.value;
  const { key } = record.value;
  // The record is signed with its format, so the receipt's can't be another.
  if (format !== claims.fmt) return invalid(`The receipt's format is not ${claims.fmt}, that of its record.`);
  if (parsed.value.kid !== kidOf(key.jwk))
    return invalid("The record names another record key than the receipt shows.");
  if (!signatures.checkRecord(parsed.value.signingInput, parsed.value.signature, key.jwk))
    return invalid("The record's signature does not verify with the record key.");
  if (claims.iat < key.validFrom || claims.iat >= key.validTo)
    return invalid("The record was issued outside the time for which its key is certified.");
  if (!filing.ok || !domain) return skipped("Who certified the record key can't be checked without the filing.");
  const { platform } = filing.value;
  if (issuerOf(claims) !== platform)
    return invalid(`The record is of platform ${issuerOf(claims)}, the filing of platform ${platform}.`);
  const certificate = { platform, thumbprint: thumbprintOf(key.jwk), validFrom: key.validFrom, validTo: key.validTo };
  const signer = signatures.recover(recordKeyDigest(certificate, domain), fromHex(key.signature));
  if (signer === undefined || toHex(signer) !== filing.value.key)
    return invalid("The certificate of the record key is not signed by the filing key.");
  const shown = disclosed.length === 0 ? "no group" : disclosed.join(", ");
  return valid(
    `${claims.kind}, signed by platform ${platform}; ${shown} shown${withheld > 0 ? `, ${withheld} withheld` : ", nothing withheld"}.`,
  );
}

/** The record is leaf `index` under the filing's root, and entry `index` says what the record says. */
export function checkInclusion({ inclusion, parsed, filing, entries, count }: Evidence): Fragment {
  if (!inclusion.ok) return invalid(inclusion.wrong);
  if (!parsed.ok || !filing.ok || count === undefined)
    return skipped("Inclusion can't be checked without record, filing and the number of its entries.");
  const { index, path } = inclusion.value;
  const { jwt, claims, withheld } = parsed.value;
  if (index >= count) return invalid(`There is no entry ${index}: the filing has ${count}.`);
  const root = headFromPath(
    leafOf(jwt),
    index,
    count,
    path.map((hash) => fromHex(hash)),
  );
  if (root === undefined || toHex(root) !== filing.value.recordsRoot)
    return invalid(`The record is not leaf ${index} under the filing's root.`);
  const place = `The record is leaf ${index} of ${count}`;
  const bytes = entries?.[index];
  if (bytes === undefined) return valid(`${place}; the entries are withheld, so its entry is not compared.`);
  const entry = decodeEntry(bytes);
  if (typeof entry === "string") return valid(`${place}; its entry is ${entry}, so there is nothing to compare.`);
  const field = mismatchOf(claims, withheld, entry);
  if (field !== undefined) return invalid(`Entry ${index} says something else than the record: ${field}.`);
  return valid(`${place}, and its entry says what the record ${withheld > 0 ? "shows" : "says"}.`);
}

/** The filing's number and head, and the platform's signature over them. */
export async function checkFiling(
  evidence: Evidence,
  signatures: Signatures,
  trust: Trust,
  reader: ChainReader | undefined,
): Promise<Fragment> {
  const { filing, anchor, head } = evidence;
  if (!filing.ok) return invalid(filing.wrong);
  const { platform, number, previous, key, signature } = filing.value;
  if (head === undefined)
    return skipped("The filing can't be checked: it is not known for which registry it was signed.");
  const first = previous === NO_HEAD;
  if ((number === 1) !== first)
    return invalid(
      number === 1 ? "The first filing names a previous head." : `Filing ${number} names no previous head.`,
    );
  const signer = signatures.recover(head, fromHex(signature));
  if (signer === undefined || toHex(signer) !== key)
    return invalid("The signature over the filing's head is not by the filing key that the receipt shows.");
  const signed = `Filing ${number} of platform ${platform} is signed by ${key}`;
  const given = trust.platformKeys?.get(platform);
  if (given !== undefined)
    return given.some((one) => equal(one, signer))
      ? valid(`${signed}, the platform's key as it was given.`)
      : invalid(`${signed}, which is no key of the platform's as they were given.`);
  if (reader !== undefined && anchor.ok) {
    try {
      const licensed = await reader.keysOf(platform, anchor.value.block.number);
      return licensed.some((one) => equal(one, signer))
        ? valid(`${signed}, which the platform was licensed with in that block.`)
        : invalid(`${signed}, which the platform was not licensed with in block ${anchor.value.block.number}.`);
    } catch (error) {
      return failed(`The keys of platform ${platform} could not be read: ${messageOf(error)}`);
    }
  }
  return valid(`${signed}; that this is the platform's key is not checked, as no chain or key is given.`);
}

const NO_HEAD = `0x${"00".repeat(32)}`;

/** The decisions are those that the seal commits to. */
export function checkDecision({ decision, decisions, inclusion, head, count }: Evidence): Fragment {
  if (!decision.ok) return invalid(decision.wrong);
  if (decisions === undefined) return invalid("decision.decisions: are no decisions of 12 bytes each.");
  if (decisions.length !== count && count !== undefined)
    return invalid(`There are ${decisions.length} decisions on ${count} entries.`);
  if (head === undefined) return skipped("The decision can't be checked without the filing's head.");
  if (toHex(sealOf(head, decision.value.time, fromHex(decision.value.decisions))) !== decision.value.seal)
    return invalid("The seal does not commit to this head, time and decisions.");
  const own = inclusion.ok ? decisions[inclusion.value.index] : undefined;
  if (own === undefined) return invalid("There is no decision on this entry.");
  return valid(
    `${sentenceOf(own)} at ${new Date(decision.value.time * 1000).toISOString()}, as the seal commits to it.`,
  );
}

function sentenceOf({ outcome, findings, breaches, undetermined }: Decision): string {
  const parts = [
    ...findingNames(findings),
    ...(breaches === 0 ? [] : [`breaches ${ruleNames(breaches).join(", ")}`]),
    ...(undetermined === 0 ? [] : [`undetermined ${ruleNames(undetermined).join(", ")}`]),
  ];
  const word = outcome.slice(0, 1).toUpperCase() + outcome.slice(1);
  return parts.length === 0 ? word : `${word} (${parts.join("; ")})`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
