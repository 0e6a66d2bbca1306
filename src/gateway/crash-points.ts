/** The steps whose results are durable before the next one begins. */
export const STEPS = ["received", "cut", "signed", "broadcast", "mined", "final"] as const;
export type Step = (typeof STEPS)[number];

/** A session's first step: what is on its way is chained anew where the registry in service, or a key, has changed. */
type Beginning = "rechained";

/**
 * Called right before and right after each step's write. Tests make it throw or kill the process, as a crash would, in the two ways
 * that matter: failed and not persisted, failed though persisted.
 */
export type CrashPoint = (at: `${Step | Beginning}:${"before" | "after"}`) => void | Promise<void>;

export const NO_CRASH: CrashPoint = () => undefined;
