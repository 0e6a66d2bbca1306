/** A token bucket for each platform: so many checks a second on average, so many at once after a pause. */
export class Budget {
  readonly #rate: number;
  readonly #burst: number;
  readonly #buckets = new Map<number, { tokens: number; at: number }>();

  /** `rate` a second. */
  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
  }

  /** Takes one, at `now` milliseconds: 0 if there was one, else the seconds until there is. */
  take(platform: number, now: number): number {
    const bucket = this.#buckets.get(platform) ?? { tokens: this.#burst, at: now };
    const tokens = Math.min(this.#burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * this.#rate);
    const enough = tokens >= 1;
    this.#buckets.set(platform, { tokens: enough ? tokens - 1 : tokens, at: now });
    return enough ? 0 : Math.ceil((1 - tokens) / this.#rate);
  }
}
