/** The law behind a receipt's decision: the version that judged it, from the chain, and its articles, from a pack that has the very same. */
import type { JsonRpc } from "../../chain/rpc.ts";
import { ruleNames } from "../../core/decision.ts";
import type { Language } from "../../core/rule-texts.ts";
import { boundsIn, type Citation, cite, lawRows, type LawRow } from "../../regulator/citations.ts";
import { type JudgedOnChain, judgedOnChain } from "../../regulator/judged-on-chain.ts";
import { localTime } from "../../regulator/plan.ts";
import type { Report } from "../../verify/report.ts";
import { homeAt, homePath } from "../home.ts";
import { type PackFile, publishedPacks, readPublished } from "../operator/rule-packs.ts";
import { provisionLines, provisions } from "../rules/provisions.ts";

/** A node that is trusted, and what on it. */
export interface TrustedChain {
  readonly rpc: JsonRpc;
  /** The registry in service, and those before it. */
  readonly line: readonly Uint8Array[];
  /** The block of the deployment, or 0. */
  readonly from: number;
}

export interface DecisionLaw {
  readonly citations: readonly Citation[];
  /** What people are to know beside: why an article is missing, that an emergency's law it was. */
  readonly remarks: readonly string[];
  /** Of the deployment's zone: when a version binds. */
  readonly local: (seconds: number) => string;
}

const NEEDS_CHAIN = {
  en: "Bounds and articles are those of the chain's own law: they take a node and a registry to trust (--rpc and --registry, or a data directory that runs).",
  zh: "限值和条文以链上的规则为准：需要可信的节点和登记合约（--rpc 与 --registry，或正在运行的数据目录）。",
};
const NEEDS_PACK = {
  en: "No rule pack at hand has this very version, so that no article is named: --pack FILE names the text that was published.",
  zh: "手头没有与链上版本逐字节一致的规则包，故未列条文：请用 --pack FILE 给出当时发布的规则文本。",
};
const OTHER_PACK = {
  en: (file: string) => `${file} has no version that equals the chain's, byte for byte: it is not cited.`,
  zh: (file: string) => `${file} 中没有与链上逐字节一致的版本，不予引用。`,
};
const EMERGENCY = {
  en: (reason: string) => `This is an EMERGENCY's law, declared without notice: ${reason}`,
  zh: (reason: string) => `此为紧急规则，未经公告期即行发布，理由：${reason}`,
};
const NOT_FOUND = {
  en: "The node's logs don't show by which version this was judged.",
  zh: "从节点日志中无法得知本笔依据哪一版规则判定。",
};

/** Undefined where there is no breach to explain, or no decision that is known to be the registry's. */
export async function lawOfDecision(
  { fragments, says }: Report,
  chain: TrustedChain | undefined,
  options: { readonly data?: string; readonly pack?: string; readonly lang: Language },
): Promise<DecisionLaw | undefined> {
  const { decision, platform, number, index, head } = says;
  if (decision === undefined || fragments.decision.status !== "VALID") return undefined;
  const rules = [...ruleNames(decision.breaches), ...ruleNames(decision.undetermined)];
  if (rules.length === 0) return undefined;
  const { lang } = options;
  const nothing = (remark: string): DecisionLaw => ({ citations: [], remarks: [remark], local: String });
  if (chain === undefined || fragments.anchor.status !== "VALID") return nothing(NEEDS_CHAIN[lang]);
  if (platform === undefined || number === undefined || index === undefined || head === undefined) return undefined;
  let judged: JudgedOnChain | undefined;
  try {
    judged = await judgedOnChain(chain.rpc, { platform, number, index, head, line: chain.line, from: chain.from });
  } catch (error) {
    return nothing(`${NOT_FOUND[lang]} (${error instanceof Error ? error.message : String(error)})`);
  }
  const version = judged?.version;
  if (judged === undefined || version === undefined) return nothing(NOT_FOUND[lang]);
  const packs = await packsAtHand(options);
  const { product, kind } = judged;
  const { rulebook, seriesNames, emergencies } = judged.chain;
  const citations = cite(rules, judged, { packs, seriesNames });
  const emergency = emergencies.find(
    (one) => one.product === product && one.kind === kind && one.index === version.index,
  );
  const unnamed = citations.some(({ from, pack }) => from !== undefined && pack === undefined);
  const remarks = [
    ...(emergency === undefined ? [] : [EMERGENCY[lang](emergency.reason)]),
    ...(unnamed ? [options.pack === undefined ? NEEDS_PACK[lang] : OTHER_PACK[lang](options.pack)] : []),
  ];
  const { zone } = rulebook.settingsAt(Math.floor(Date.now() / 1_000));
  return { citations, remarks, local: (seconds) => localTime(seconds, zone) };
}

async function packsAtHand({ data, pack }: { readonly data?: string; readonly pack?: string }): Promise<PackFile[]> {
  const now = Math.floor(Date.now() / 1_000);
  const given = pack === undefined ? [] : [await readPublished(pack, now)];
  return [...given, ...(await publishedPacks(homeAt(homePath(data)), now))];
}

const BOUNDS = {
  en: (bounds: string, from: string) => `${bounds === "" ? "" : `${bounds}; `}binds from ${from}`,
  zh: (bounds: string, from: string) => `${bounds === "" ? "" : `${bounds}；`}自 ${from} 起施行`,
};
const NO_VERSION = {
  en: "No rulebook can waive it.",
  zh: "任何规则版本都不能免除。",
};

/** What a rule rests on, a line each. */
export function citationInWords({ rule, values, from, law }: Citation, local: DecisionLaw["local"], lang: Language) {
  if (rule === "LICENCE" && law.length === 0) return [NO_VERSION[lang]];
  if (from === undefined) return [];
  const bounds = boundsIn(values, lang).join(lang === "zh" ? "；" : "; ");
  return [...provisions([...law], lang).flatMap(provisionLines), BOUNDS[lang](bounds, local(from))];
}

/** For programs: the rows of articles, and the bounds of each rule whether or not an article is known. */
export function lawForPrograms({ citations, remarks }: DecisionLaw, lang: Language) {
  const law: readonly LawRow[] = lawRows(citations, lang);
  const bounds = citations.flatMap(({ rule, from, values }) =>
    from === undefined ? [] : [{ rule, from, values: values[lang] }],
  );
  return { law, bounds, remarks };
}
