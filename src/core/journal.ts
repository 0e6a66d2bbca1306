/** A point that the state can be brought back to. */
export type Mark = number & { readonly isMark: true };

/**
 * Remembers how to undo changes, so that a state can be changed provisionally: after `mark`, each change records what takes it
 * back. Without a mark nothing is remembered.
 */
export class Journal {
  readonly #undo: (() => void)[] = [];
  /** Undos dropped so far, so that a mark stays a place in all there ever were. */
  #dropped = 0;
  #marked = false;

  mark(): Mark {
    this.#marked = true;
    return (this.#dropped + this.#undo.length) as Mark;
  }

  /** Called for each change, with what takes it back. */
  record(undo: () => void): void {
    if (this.#marked) this.#undo.push(undo);
  }

  /** Takes back all that changed since `mark`; the mark can be used again. */
  rollback(mark: Mark): void {
    while (this.#dropped + this.#undo.length > mark) this.#undo.pop()!();
  }

  /** Forgets how to go back behind `mark`; without one, behind now, and nothing is remembered until the next `mark`. */
  release(mark?: Mark): void {
    const count = mark === undefined ? this.#undo.length : mark - this.#dropped;
    if (count > 0) this.#dropped += this.#undo.splice(0, count).length;
    if (mark === undefined) this.#marked = false;
  }
}

/** `map.set`, undone by the journal. */
export function setIn<K, V>(journal: Journal, map: Map<K, V>, key: K, value: V): void {
  const before = map.get(key);
  map.set(key, value);
  journal.record(() => void (before === undefined ? map.delete(key) : map.set(key, before)));
}
