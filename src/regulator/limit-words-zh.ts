import type { Limits } from "../core/limit-fields.ts";
import { LIMIT_FLAGS } from "../core/limits.ts";
import { ruleNames } from "../core/decision.ts";
import type { FieldWords, WordsContext } from "./limit-words.ts";
import { windowMode } from "./rules-from-limits.ts";
import { decimal, grouped, moneyInWords, percentInWords, timeOfDayInWords } from "./value-words.ts";

/** The words of `limit-words.ts` in Chinese. */

type NumberField = { [F in keyof Limits]: Limits[F] extends number ? F : never }[keyof Limits];
type BigField = { [F in keyof Limits]: Limits[F] extends bigint ? F : never }[keyof Limits];

const DAY = 86_400;
const NO_BOUND = "不限";

const numberOf = (count: number): string => grouped(BigInt(count));

function durationOf(seconds: number): string {
  if (seconds === 0) return "无";
  if (seconds % DAY === 0 && seconds > DAY) return `${numberOf(seconds / DAY)} 天`;
  if (seconds % 3_600 === 0) return `${numberOf(seconds / 3_600)} 小时`;
  if (seconds % 60 === 0) return `${numberOf(seconds / 60)} 分钟`;
  return `${numberOf(seconds)} 秒`;
}

/** As `coolingMode` counts: seconds, business days, local days. */
function waitOf(mode: number, count: number): string {
  if (mode === 0) return durationOf(count);
  return `${numberOf(count)} 个${mode === 1 ? "工作日" : "自然日"}`;
}

function amountOf(amount: bigint, { currency }: WordsContext): string {
  return currency === undefined ? `${grouped(amount)} 最小货币单位` : moneyInWords(amount, currency);
}

const time = (field: NumberField, label: string): FieldWords => ({ label, say: (v) => durationOf(v[field]) });
const count = (field: NumberField, label: string, unit: string, zero = `0 ${unit}`): FieldWords => ({
  label,
  say: (v) => (v[field] === 0 ? zero : `${numberOf(v[field])} ${unit}`),
});
const money = (field: BigField, label: string, zero?: string): FieldWords => ({
  label,
  say: (v, context) => (v[field] === 0n && zero !== undefined ? zero : amountOf(v[field], context)),
});
const share = (field: NumberField, label: string): FieldWords => ({ label, say: (v) => percentInWords(v[field], 6) });
const rate = (field: BigField, label: string): FieldWords => ({ label, say: (v) => percentInWords(v[field], 9) });
const code = (field: NumberField, label: string, names: Readonly<Record<number, string>>): FieldWords => ({
  label,
  say: (v) => names[v[field]] ?? `代码 ${v[field]}`,
});
const rules = (field: NumberField, label: string): FieldWords => ({
  label,
  say: (v) => ruleNames(v[field] & v.on).join("、") || "无",
});

/** By field, as the English ones: a test holds the two against each other. */
export const LIMIT_WORDS_ZH: Readonly<Record<string, FieldWords>> = {
  flags: { label: "申请所需", say: flagsInWords },
  on: rules("on", "生效的规则"),
  refuse: rules("refuse", "违反即拒绝的规则"),
  undeterminedRefuse: rules("undeterminedRefuse", "无法判定即拒绝的规则"),
  reportingWindow: time("reportingWindow", "报送期限"),
  outageWindow: time("outageWindow", "系统中断期间所放贷款的补报期限"),
  clockSkew: time("clockSkew", "允许的时钟超前"),
  withdrawalWindow: {
    label: "冷静期（可退出的期限）",
    say: ({ flags, withdrawalWindow }) => waitOf(windowMode(flags), withdrawalWindow),
  },
  secondaryWindow: time("secondaryWindow", "结清后再借即视为二次贷款的期限"),
  reflection: time("reflection", "阅知成本后的考虑时间"),
  amountMin: money("amountMin", "单笔最低金额"),
  amountMax: money("amountMax", "单笔最高金额", NO_BOUND),
  termMinDays: count("termMinDays", "最短期限", "天"),
  termMaxDays: count("termMaxDays", "最长期限", "天", NO_BOUND),
  platformCap: money("platformCap", "在同一机构（集团）的余额上限"),
  marketCap: money("marketCap", "在全市场的余额上限"),
  maxLoans: count("maxLoans", "同时在贷笔数上限", "笔", NO_BOUND),
  maxLenders: count("maxLenders", "同时在贷机构数上限", "家", NO_BOUND),
  coolingOff: { label: "两次借款的间隔", say: ({ coolingOff, coolingMode }) => waitOf(coolingMode, coolingOff) },
  coolingMode: code("coolingMode", "间隔的计算方式", { 0: "按秒", 1: "按工作日", 2: "按自然日" }),
  frequencyCount: count("frequencyCount", "期间内借款次数上限", "次"),
  frequencyWindow: {
    label: "计算借款次数的期间",
    say: (v) => (v.frequencyMode === 1 ? "日历年" : `${numberOf(v.frequencyWindow)} 天`),
  },
  frequencyMode: code("frequencyMode", "期间的计算方式", { 0: "连续天数", 1: "日历年" }),
  rateConvention: code("rateConvention", "年化利率的计算方式", { 0: "名义利率", 1: "实际利率", 2: "单利" }),
  rateYearBasis: count("rateYearBasis", "一年的计息天数", "天"),
  rateUnit: code("rateUnit", "计息周期的单位", { 0: "日", 1: "周", 2: "月", 3: "年", 255: "还款计划中最常见的间隔" }),
  rateUnitCount: count("rateUnitCount", "每个计息周期的单位数", "个"),
  rateCap: { label: "年化利率上限", say: rateInWords },
  rateSeries: {
    label: "上限所依据的参考利率",
    say: ({ rateSeries }, context) => (rateSeries === 0 ? "无" : seriesName(rateSeries, context)),
  },
  rateMaxAge: count("rateMaxAge", "参考利率的有效天数", "天"),
  rateSpread: rate("rateSpread", "在参考利率上的加点"),
  costFlat: { label: "允许的息费总额", say: costInWords },
  incomeMode: code("incomeMode", "与月收入比较的金额", {
    0: "本笔贷款的月还款额",
    1: "本金",
    2: "全部未结清贷款的月还款额",
    3: "全部未结清贷款的本金",
  }),
  incomeShare: share("incomeShare", "占月收入的比例上限"),
  streakDays: count("streakDays", "连续负债天数上限", "天"),
  streakOff: count("streakOff", "达到上限后须间隔的天数", "天"),
  barredDays: count("barredDays", "违约后禁止借款的天数", "天"),
  rolloverMax: count("rolloverMax", "展期次数上限", "次"),
  rolloverPaid: share("rolloverPaid", "展期前须归还的本金比例"),
  lifetimeShare: share("lifetimeShare", "全周期费用占本金的比例上限"),
  dailyShare: { label: "每日费用上限", say: (v) => `未偿余额的 ${percentInWords(v.dailyShare, 9)}` },
  defaultFlat: money("defaultFlat", "每次逾期的固定费用上限"),
  defaultShare: share("defaultShare", "逾期费用占逾期金额的比例上限"),
  defaultRate: rate("defaultRate", "逾期金额的年利率上限"),
  defaultUplift: share("defaultUplift", "逾期利率相对合同利率的比例上限"),
  defaultTotal: { label: "逾期费用合计上限", say: totalInWords },
  contactsPerDay: count("contactsPerDay", "每日催收次数上限", "次", NO_BOUND),
  contactWindow: count("contactWindow", "计算催收次数的天数", "天"),
  contactCount: count("contactCount", "该期间的催收次数上限", "次", NO_BOUND),
  contactSilence: count("contactSilence", "通话后不得再联系的天数", "天"),
  quietFrom: {
    label: "禁止催收的时段",
    say: ({ quietFrom, quietTo }) =>
      quietFrom === quietTo ? "无" : `${timeOfDayInWords(quietFrom)} 至 ${timeOfDayInWords(quietTo)}`,
  },
  contactFlags: code("contactFlags", "可联系的对象", { 0: "不限", 1: "仅限借款人本人" }),
  answerWithin: time("answerWithin", "投诉答复期限"),
  withdrawalMode: code("withdrawalMode", "冷静期内退出可收取的费用", { 0: "不得收费", 1: "仅限实际用款天数的费用" }),
  pilot: { label: "所适用的试点", say: ({ pilot }) => (pilot === 0 ? "无" : `试点 ${pilot}`) },
  custom: { label: "监管自定义规则的合约", say: ({ custom }) => custom },
  customGas: count("customGas", "监管自定义规则的 gas", "单位"),
};

function seriesName(number: number, { series }: WordsContext): string {
  return series?.(number) ?? `序列 ${number}`;
}

function flagsInWords({ flags }: Limits): string {
  const confirm = (flags & LIMIT_FLAGS.confirm) !== 0 ? "须确认放款" : "无须确认放款";
  const counted = ["", "；冷静期按工作日计算", "；冷静期按自然日计算"][windowMode(flags)]!;
  return `${confirm}${(flags & LIMIT_FLAGS.payments) !== 0 ? "；保存月还款额" : ""}${counted}`;
}

function rateInWords({ rateCap, rateSeries, rateSpread }: Limits, context: WordsContext): string {
  if (rateSeries === 0) return percentInWords(rateCap, 9);
  const plus = rateSpread === 0n ? "" : ` 加 ${percentInWords(rateSpread, 9)}`;
  return `${decimal(rateCap, 9)} × ${seriesName(rateSeries, context)}${plus}`;
}

const ANY = 2n ** 40n - 1n;

function costInWords({ costFlat, costBrackets }: Limits, context: WordsContext): string {
  const parts = costBrackets.map(({ upTo, share: part }, i) => {
    const of = upTo === ANY ? (i === 0 ? "本金" : "其余部分") : `${amountOf(upTo, context)} 以内部分`;
    return `${of}的 ${percentInWords(part, 6)}`;
  });
  if (costFlat > 0n || parts.length === 0) parts.unshift(amountOf(costFlat, context));
  return parts.join("，");
}

function totalInWords({ defaultTotal, defaultTotalShare }: Limits, context: WordsContext): string {
  if (defaultTotal === 0n && defaultTotalShare === 0) return NO_BOUND;
  const parts = [];
  if (defaultTotal > 0n) parts.push(amountOf(defaultTotal, context));
  if (defaultTotalShare > 0) parts.push(`本金的 ${percentInWords(defaultTotalShare, 6)}`);
  return parts.join("加");
}
