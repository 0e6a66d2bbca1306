import { readCalendar, writeCalendar } from "./business-days.ts";
import type { Calendar } from "./business-days.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Zone } from "./calendar.ts";
import { coreError } from "./errors.ts";

/** What a market sets for all its products. */
export interface MarketSettings {
  /** Seconds after opening until which an unconfirmed loan waits for its `Disbursed`. */
  readonly confirmationWindow: number;
  /** Days after maturity until a loan that nobody closed is stale. */
  readonly graceDays: number;
}

/** Settings of the deployment (protocol §5). */
export interface Settings {
  readonly zone: Zone;
  /** By number of the market; one that is not listed has zeros. */
  readonly markets: ReadonlyMap<number, MarketSettings>;
  /** Of business days; absent: none is known to be one. */
  readonly calendar?: Calendar;
}

/** UTC, and no market listed. */
export const NO_SETTINGS: Settings = { zone: [], markets: new Map() };

export function confirmationWindow(settings: Settings, market: number): number {
  return settings.markets.get(market)?.confirmationWindow ?? 0;
}

export function graceDays(settings: Settings, market: number): number {
  return settings.markets.get(market)?.graceDays ?? 0;
}

/** The bytes that the Rulebook stores. */
export function encodeSettings({ zone, markets, calendar }: Settings): Uint8Array {
  const writer = new ByteWriter().uint(zone.length, 1);
  for (const { from, offset } of zone) writer.uint(from, 5).uint(offset < 0 ? offset + 2 ** 24 : offset, 3);
  writer.uint(markets.size, 1);
  for (const [market, { confirmationWindow, graceDays }] of markets)
    writer.uint(market, 1).uint(confirmationWindow, 4).uint(graceDays, 2);
  if (calendar) writeCalendar(writer, calendar);
  return writer.finish();
}

/** Throws `invalid-input` if the bytes have another length than they say. */
export function decodeSettings(bytes: Uint8Array): Settings {
  const reader = new ByteReader(bytes);
  const zone = Array.from({ length: reader.uint(1) }, () => {
    const from = reader.uint(5);
    const offset = reader.uint(3);
    return { from, offset: offset >= 2 ** 23 ? offset - 2 ** 24 : offset };
  });
  const markets = new Map<number, MarketSettings>();
  const count = reader.uint(1);
  for (let i = 0; i < count; i++)
    markets.set(reader.uint(1), { confirmationWindow: reader.uint(4), graceDays: reader.uint(2) });
  const calendar = reader.left === 0 ? undefined : readCalendar(reader);
  if (reader.left !== 0)
    throw coreError("invalid-input", `settings of ${bytes.length} bytes don't have the length that they say`);
  return { zone, markets, ...(calendar && { calendar }) };
}
