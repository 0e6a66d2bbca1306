/** What waits for an answer or another side, one word each (docs/design/state.md). */
export const NOTE_TAGS = { complaint: 1, assignment: 2 } as const;
export type NoteTag = (typeof NOTE_TAGS)[keyof typeof NOTE_TAGS];

/** A note that is over. It isn't zero, so that a successor doesn't take it over again. */
export const NOTE_OVER = 1n << 255n;
