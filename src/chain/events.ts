import type { Interface, LogDescription } from "ethers";
import { fromHex, type Hex, toHex, word } from "../core/bytes.ts";
import { STANDINGS, type LicencesEvent } from "../core/licences.ts";
import type { RulebookEvent } from "../core/rulebook.ts";
import { STOP_REASONS, type PilotTerms, type SandboxEvent } from "../core/sandbox.ts";
import { artifact } from "./artifacts.ts";
import type { RawLog } from "./blocks.ts";
import { chainError } from "./errors.ts";

/** A filing as the Registry's event tells it, with where it stands. */
export interface FiledEvent {
  readonly type: "filed";
  /** The registry that took it. */
  readonly registry: Hex;
  readonly platform: number;
  readonly number: number;
  readonly head: Uint8Array;
  readonly recordsRoot: Uint8Array;
  /** The block's time, as the event says it. */
  readonly time: number;
  readonly entries: Uint8Array;
  readonly decisions: Uint8Array;
  readonly signature: Uint8Array;
  readonly transactionHash: Uint8Array;
  readonly logIndex: number;
}

/** A change of rulebook, licences or pilots: what the twin takes. */
export interface LawEvent {
  readonly type: "law";
  readonly event: RulebookEvent | LicencesEvent | SandboxEvent;
}

export type RegistryEvent = FiledEvent | LawEvent;

/** The event of a log of Registry, Rulebook, Licences or Sandbox; undefined for those that judging has no use for. Throws `rpc-answer`. */
export function decodeLog(log: RawLog): RegistryEvent | undefined {
  const { registry, laws } = topics();
  const topic = log.topics[0] ?? "";
  if (topic === registry) return decodeFiled(log);
  const law = laws.get(topic);
  if (law === undefined) return undefined;
  const parsed = law.parseLog({ topics: [...log.topics], data: log.data });
  const event = parsed === null ? undefined : lawOf(parsed);
  return event && { type: "law", event };
}

/** Topics of the event of one filing. */
export function filedTopics(platform: number, number: number): string[] {
  return [topics().registry, toHex(word(platform)), toHex(word(number))];
}

let memo: { readonly registry: string; readonly laws: ReadonlyMap<string, Interface> } | undefined;

/** First topics of the events we read, and the interface that decodes each. */
function topics(): { readonly registry: string; readonly laws: ReadonlyMap<string, Interface> } {
  if (memo !== undefined) return memo;
  const laws = new Map<string, Interface>();
  for (const name of ["Rulebook", "Licences", "Sandbox"] as const) {
    const of = artifact(name).interface;
    of.forEachEvent((event) => laws.set(event.topicHash, of));
  }
  const filed = artifact("Registry").interface.getEvent("Filed");
  if (filed === null) throw chainError("artifact-missing", "The compiled Registry has no event Filed");
  memo = { registry: filed.topicHash, laws };
  return memo;
}

/**
 * `Filed(uint24 indexed platform, uint32 indexed number, bytes32 head, bytes32 recordsRoot, uint40 time, bytes entries, bytes decisions,
 * bytes signature)`, read by its words: a general decoder takes longer on a filing than judging it does.
 */
function decodeFiled(log: RawLog): FiledEvent {
  const data = new Uint8Array(Buffer.from(log.data.slice(2), "hex"));
  const [, platform, number] = log.topics;
  if (platform === undefined || number === undefined || data.length < 6 * 32) throw badFiled(log);
  const uintAt = (at: number): number => {
    const value =
      at + 32 <= data.length ? Number(BigInt(`0x${Buffer.from(data.subarray(at, at + 32)).toString("hex")}`)) : NaN;
    if (!Number.isSafeInteger(value)) throw badFiled(log);
    return value;
  };
  const bytesAt = (slot: number): Uint8Array => {
    const at = uintAt(32 * slot);
    const length = uintAt(at);
    if (at + 32 + length > data.length) throw badFiled(log);
    return data.subarray(at + 32, at + 32 + length);
  };
  return {
    type: "filed",
    registry: log.address as Hex,
    platform: Number(platform),
    number: Number(number),
    head: data.subarray(0, 32),
    recordsRoot: data.subarray(32, 64),
    time: uintAt(64),
    entries: bytesAt(3),
    decisions: bytesAt(4),
    signature: bytesAt(5),
    transactionHash: fromHex(log.transactionHash, 32),
    logIndex: log.logIndex,
  };
}

function badFiled(log: RawLog): Error {
  return chainError("rpc-answer", `The log ${log.logIndex} of block ${log.blockNumber} is no readable Filed event`);
}

function lawOf({ name, args }: LogDescription): LawEvent["event"] | undefined {
  const number = (field: string): number => Number(args[field]);
  const bytes = (field: string): Uint8Array => fromHex(String(args[field]));
  switch (name) {
    case "VersionPublished":
      return {
        event: name,
        product: number("product"),
        kind: number("kind"),
        index: number("index"),
        effectiveFrom: number("effectiveFrom"),
        enactedAt: number("enactedAt"),
        limits: bytes("limits"),
      };
    case "VersionWithdrawn":
      return {
        event: name,
        product: number("product"),
        kind: number("kind"),
        index: number("index"),
        withdrawnAt: number("withdrawnAt"),
      };
    case "SettingsPublished":
      return {
        event: name,
        index: number("index"),
        effectiveFrom: number("effectiveFrom"),
        enactedAt: number("enactedAt"),
        settings: bytes("settings"),
      };
    case "SettingsWithdrawn":
      return { event: name, index: number("index"), withdrawnAt: number("withdrawnAt") };
    case "RatePublished":
      return {
        event: name,
        series: number("series"),
        publishedAt: number("publishedAt"),
        rate: BigInt(String(args["rate"])),
        enteredAt: number("enteredAt"),
      };
    case "LicenceSet":
      return {
        event: name,
        platform: number("platform"),
        key: bytes("key"),
        group: number("group"),
        standing: STANDINGS[number("standing")] ?? "none",
        foundingUntil: number("foundingUntil"),
        flags: number("flags"),
      };
    case "ProductsSet":
      return {
        event: name,
        platform: number("platform"),
        word: number("word"),
        bitmap: BigInt(String(args["bitmap"])),
      };
    case "RegistryInstalled":
      return { event: name, registry: bytes("registry") };
    case "PilotOpened":
      return {
        event: name,
        number: number("number"),
        terms: pilotTerms(args["terms"] as Record<string, unknown>),
        platforms: [...(args["platforms"] as Iterable<bigint>)].map(Number),
        name: String(args["name"]),
      };
    case "PilotStopped":
      return {
        event: name,
        number: number("number"),
        reason: STOP_REASONS[number("reason")] ?? "none",
        time: number("time"),
        why: String(args["why"]),
      };
    case "PilotGraduated":
      return { event: name, number: number("number"), time: number("time") };
    default:
      return undefined;
  }
}

/** A pilot's terms as an event or a view has them. */
export function pilotTerms(terms: Record<string, unknown>): PilotTerms {
  const number = (field: string): number => Number(terms[field]);
  return {
    product: number("product"),
    opensAt: number("opensAt"),
    endsAt: number("endsAt"),
    maxLoans: number("maxLoans"),
    maxBorrowers: number("maxBorrowers"),
    maxOutstanding: BigInt(String(terms["maxOutstanding"])),
    maxLoss: BigInt(String(terms["maxLoss"])),
    consent: Boolean(terms["consent"]),
    defaultShare: number("defaultShare"),
    defaultFrom: number("defaultFrom"),
    complaintShare: number("complaintShare"),
    complaintFrom: number("complaintFrom"),
  };
}
