import type { FindingName, RuleName } from "./decision.ts";

/** Rules and findings in words, for people: English and Chinese in one place, for whatever shows a decision. */

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a rule is called, and what to say of a loan or event that breaches it. */
export interface RuleText {
  readonly name: string;
  readonly breach: string;
}

type InBoth<T> = Readonly<Record<Language, T>>;

const rule = (en: readonly [string, string], zh: readonly [string, string]): InBoth<RuleText> => ({
  en: { name: en[0], breach: en[1] },
  zh: { name: zh[0], breach: zh[1] },
});

export const RULE_TEXTS: Readonly<Record<RuleName, InBoth<RuleText>>> = {
  RATE: rule(
    ["annual rate", "The loan costs more a year than the cap allows, all its payments counted."],
    ["年化利率上限", "按全部还款计算，贷款年化成本超过上限。"],
  ),
  SETTLEMENT: rule(
    ["rate really paid", "What was really paid, and when, costs more a year than the cap allows."],
    ["实际支付利率", "按实际还款金额和时间计算，年化成本超过上限。"],
  ),
  COST: rule(
    ["total charges", "All charges together are more than this principal may cost."],
    ["费用总额上限", "全部息费之和超过该本金允许的上限。"],
  ),
  DEDUCTION: rule(
    ["no deduction", "The borrower received less than the principal."],
    ["禁止砍头息", "借款人实际到手金额少于本金。"],
  ),
  AMOUNT: rule(
    ["amount", "The principal is below the least or above the most allowed."],
    ["贷款金额", "本金低于下限或高于上限。"],
  ),
  TERM: rule(["term", "The loan is shorter or longer than allowed."], ["贷款期限", "期限短于下限或长于上限。"]),
  INCOME: rule(
    ["share of income", "Payments, or the principal, take more of the declared income than allowed."],
    ["收入负担比", "还款额（或本金）占申报收入的比例超过上限。"],
  ),
  "PLATFORM-CAP": rule(
    ["cap with one lender", "With this loan the borrower owes this lender's group more than the cap."],
    ["同一平台余额上限", "加上本笔，借款人在该机构（集团）的余额超过上限。"],
  ),
  "MARKET-CAP": rule(
    ["cap with all lenders", "With this loan the borrower owes all lenders of the market together more than the cap."],
    ["全市场余额上限", "加上本笔，借款人在各平台的余额合计超过上限。"],
  ),
  "OPEN-LOANS": rule(
    ["loans open at once", "The borrower has as many loans open, or with as many lenders, as may be at once."],
    ["同时在贷笔数", "借款人同时未结清的贷款笔数或机构数已达上限。"],
  ),
  "COOLING-OFF": rule(
    ["wait after the last loan", "Too little time has passed since the borrower's last loan was closed."],
    ["两次借款间隔", "距上一笔贷款结清的时间过短。"],
  ),
  STREAK: rule(
    ["days in debt without a break", "The borrower would be in debt for too many days without a break."],
    ["连续负债天数", "借款人连续负债天数将超过上限，须先间隔一段时间。"],
  ),
  FREQUENCY: rule(
    ["loans in a period", "The borrower has opened as many loans in the period as may be."],
    ["借款次数", "借款人在规定期间内的借款次数已达上限。"],
  ),
  DISCLOSURE: rule(
    ["costs shown beforehand", "The table of costs was not acknowledged before signing, or not long enough before."],
    ["综合融资成本明示", "签约前未确认综合融资成本明示表，或确认后的考虑时间不足。"],
  ),
  BARRED: rule(
    ["barred borrower", "The borrower is barred: in default, by order, or at their own wish."],
    ["禁止借贷", "借款人处于禁贷状态：违约未了结、有关机关决定或本人申请。"],
  ),
  LICENCE: rule(
    ["licence", "The platform is not active, or not licensed for this product."],
    ["业务许可", "平台未处于有效状态，或未获准开展该产品。"],
  ),
  LATE: rule(
    ["filed late", "This was filed later than the reporting window allows."],
    ["逾期报送", "报送时间超过规定的报送期限。"],
  ),
  FUTURE: rule(
    ["time ahead", "The stated time lies ahead of the time of filing."],
    ["时间超前", "所报时间晚于报送时间。"],
  ),
  ROLLOVER: rule(
    ["extensions", "The loan was extended or renewed as often as may be, or too little of it was repaid before."],
    ["展期次数", "展期或续借次数已达上限，或展期前归还的本金不足。"],
  ),
  WITHDRAWAL: rule(
    ["withdrawal without cost", "The borrower withdrew in time and was charged more than is allowed."],
    ["冷静期退出", "借款人在冷静期内退出，收取的费用超过允许范围。"],
  ),
  "LIFETIME-COST": rule(
    ["charges over the loan's life", "All charges of the loan, and of those it refinances, are more than allowed."],
    ["全周期费用", "本笔及其所续借贷款的全部费用合计超过上限。"],
  ),
  "DAILY-COST": rule(
    ["charges a day", "The charges are more a day than allowed of what is outstanding."],
    ["日费用上限", "按日计算的费用超过未偿余额的允许比例。"],
  ),
  "DEFAULT-CHARGE": rule(
    ["charges on default", "The charges for paying late are more than allowed."],
    ["逾期费用", "逾期罚息、违约金等费用超过上限。"],
  ),
  CONTACT: rule(
    ["collection contacts", "The borrower was contacted too often, at a quiet hour, or through somebody else."],
    ["催收频次与时段", "催收次数过多、处于禁止时段，或联系了债务人以外的人。"],
  ),
  COMPLAINT: rule(
    ["answer in time", "The complaint was answered too late."],
    ["投诉答复时限", "投诉未在规定期限内答复。"],
  ),
  PILOT: rule(
    ["bounds of the pilot", "The pilot's own bounds are reached, or it has ended."],
    ["试点边界", "已达到试点规定的边界，或试点已经结束。"],
  ),
  CUSTOM: rule(
    ["the regulator's own rule", "A rule of the regulator's own says no."],
    ["监管自定义规则", "未通过监管机构自定义的规则。"],
  ),
};

/** Findings in words. */
export const FINDING_TEXTS: Readonly<Record<FindingName, InBoth<string>>> = {
  MALFORMED: { en: "These bytes are no entry.", zh: "该条目格式错误。" },
  "NO-VERSION": { en: "No rules bind for this product at that time.", zh: "该产品在该时点没有生效的规则。" },
  "NO-LOAN": { en: "There is no such loan, or no such complaint.", zh: "没有这笔贷款或这项投诉。" },
  FULL: { en: "The borrower has as many loans as the register can hold.", zh: "该借款人的在册贷款数已满。" },
  WIDTH: { en: "An amount is too large.", zh: "金额超出可登记范围。" },
  LAPSED: { en: "The loan was never confirmed as paid out, and has lapsed.", zh: "贷款未按时确认放款，已失效。" },
  "NOT-FOUNDING": { en: "History can no longer be loaded.", zh: "历史数据补录期已结束。" },
  UNSUPPORTED: { en: "The register of that time took no such entries.", zh: "当时的登记系统不受理此类条目。" },
  EXCESS: { en: "More was paid than was owed.", zh: "还款超过未偿本金。" },
  SHORT: { en: "Closed with principal unpaid.", zh: "结清时仍有未还本金。" },
  WINDOW: { en: "Voided or withdrawn outside the time for it.", zh: "撤销或退出超出规定期限。" },
  SECONDARY: {
    en: "A secondary loan: another is open, or was closed shortly before.",
    zh: "二次贷款：另有贷款未结清，或刚结清不久。",
  },
  STALE: {
    en: "A loan long past its due day, which nobody closed, was left out of the count.",
    zh: "一笔早已到期而无人结清的贷款未计入。",
  },
  FORBIDDEN: { en: "A loan in this state takes no such entry.", zh: "贷款处于该状态时，不受理此类条目。" },
  "NO-AUTHORITY": { en: "Only the authority may file this.", zh: "只有主管机关可以报送此条目。" },
  PENDING: {
    en: "Recorded; it waits for the other side, or for the authority.",
    zh: "已登记，等待对方或主管机关确认。",
  },
  CORRECTED: { en: "It corrects what an earlier entry said.", zh: "更正此前登记的内容。" },
};
