/** Lets a loop sleep until something happens or a time has passed. */
export class Signal {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the present wait, or the next one at once. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** Waits for `wake`, at most so many milliseconds. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.#woken && milliseconds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(milliseconds, 60_000));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#woken = false;
  }
}
