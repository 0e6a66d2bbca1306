import { artifact } from "../chain/artifacts.ts";
import { fetchLogs } from "../chain/blocks.ts";
import { decodeLog } from "../chain/events.ts";
import type { JsonRpc } from "../chain/rpc.ts";
import { isRulebookEvent, Rulebook } from "../core/rulebook.ts";

/** A text that versions were published from. */
export interface NotedPack {
  readonly name: string;
  /** SHA-256 of its canonical JSON, in hexadecimal. */
  readonly hash: string;
  readonly at: number;
}

/** Law without notice. */
export interface ChainEmergency {
  readonly product: number;
  readonly kind: number;
  readonly index: number;
  readonly from: number;
  /** When it ends, or ended. */
  readonly until: number;
  readonly reason: string;
  /** Why it was lifted before its end, if it was. */
  readonly lifted?: string;
}

/** All that a Rulebook says of itself: the twin, and what judging has no use for. */
export interface RulebookOnChain {
  readonly rulebook: Rulebook;
  readonly seriesNames: ReadonlyMap<number, string>;
  readonly packs: readonly NotedPack[];
  readonly emergencies: readonly ChainEmergency[];
  /** The last change of the notice periods. */
  readonly notices: { readonly tightening: number; readonly relaxation: number; readonly from: number } | undefined;
}

/** Reads a Rulebook's events from the block of its deployment on. */
export async function readRulebook(
  rpc: JsonRpc,
  { rulebook: address, block }: { readonly rulebook: string; readonly block: number },
): Promise<RulebookOnChain> {
  const of = artifact("Rulebook").interface;
  const rulebook = new Rulebook();
  const seriesNames = new Map<number, string>();
  const packs: NotedPack[] = [];
  const emergencies: ChainEmergency[] = [];
  let notices: RulebookOnChain["notices"];
  for (const log of await fetchLogs(rpc, [address], block, "latest")) {
    const decoded = decodeLog(log);
    if (decoded?.type === "law") {
      const { event } = decoded;
      if (isRulebookEvent(event)) rulebook.apply(event);
      continue;
    }
    const event = of.parseLog({ topics: [...log.topics], data: log.data });
    const number = (name: string): number => Number(event?.args[name]);
    const text = (name: string): string => String(event?.args[name]);
    switch (event?.name) {
      case "SeriesOpened":
        seriesNames.set(number("series"), text("name"));
        break;
      case "PackPublished":
        packs.push({ name: text("name"), hash: text("hash"), at: number("time") });
        break;
      case "NoticesChanged":
        notices = { tightening: number("tightening"), relaxation: number("relaxation"), from: number("from") };
        break;
      case "EmergencyDeclared":
        emergencies.push({
          ...{ product: number("product"), kind: number("kind"), index: number("index") },
          ...{ from: number("from"), until: number("until"), reason: text("reason") },
        });
        break;
      case "EmergencyLifted": {
        const [product, kind, index] = [number("product"), number("kind"), number("index")];
        const at = emergencies.findLastIndex(
          (one) => one.product === product && one.kind === kind && one.index === index,
        );
        const one = emergencies[at];
        if (one !== undefined) emergencies[at] = { ...one, until: number("until"), lifted: text("reason") };
        break;
      }
      case undefined:
      default:
    }
  }
  return { rulebook, seriesNames, packs, emergencies, notices };
}
