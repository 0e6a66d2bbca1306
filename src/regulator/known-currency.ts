import { currencyInWords, sameCurrency, type Currency } from "./value-words.ts";

/** A currency, and the published pack that says so: the chain holds minor units, of whatever money. */
export interface KnownCurrency {
  readonly currency: Currency;
  readonly pack: string;
}

/** Why a pack's amounts would mean something else than the law's, and what to do; undefined where nobody knows of any other. */
export function currencyConflict(known: KnownCurrency | undefined, currency: Currency): string | undefined {
  if (known === undefined || sameCurrency(known.currency, currency)) return undefined;
  const { code, decimals } = known.currency;
  return `its amounts are ${currencyInWords(currency)}, and those of ${known.pack}, published from here, ${currencyInWords(known.currency)}: one deployment is one currency; write \`currency: { code: ${code}, decimals: ${decimals} }\`, and the amounts in ${code}`;
}
