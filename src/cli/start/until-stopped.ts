/** A command that runs until it is told to stop: signals, and what is shown meanwhile. */
import { AppError } from "../../core/errors.ts";
import { EXIT, note, reportFatal } from "../output.ts";

/** Both npm and the terminal send a Ctrl-C; whoever means it twice waits a moment. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Runs a server's life: `start` brings it up, then it lasts until a signal or its own failure, then `stop` ends it. The first SIGINT or
 * SIGTERM stops it in order, also in the middle of its start; a second one ends the process at once. Stopping on request is success.
 */
export async function runUntilStopped<T>(life: {
  readonly start: (signal: AbortSignal) => Promise<T>;
  /** Fulfilled when it can't go on. */
  readonly failed: (running: T) => Promise<AppError>;
  readonly stop: (running: T) => Promise<void>;
}): Promise<void> {
  const stopping = new AbortController();
  let asked = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (asked === 0) {
      asked = performance.now();
      note(`${name}: stopping. Once more ends it at once.`);
      stopping.abort();
    } else if (performance.now() - asked > SAME_SIGNAL_MS) {
      note("Ended at once. What was promised is on disk; the next start mends the rest.");
      process.exit(EXIT.failed);
    }
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onSignal);
  watchNpm(() => asked === 0 && onSignal("SIGTERM"));
  let running: T;
  try {
    running = await life.start(stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted && !(error instanceof AppError)) note("Stopped before it was ready; nothing is lost.");
    else reportFatal(error);
    return;
  }
  const stopped = new Promise<undefined>((resolve) => {
    if (stopping.signal.aborted) resolve(undefined);
    else stopping.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const failure = await Promise.race([stopped, life.failed(running)]);
  await life.stop(running);
  if (failure !== undefined) reportFatal(failure);
  else note("Stopped.");
}

/**
 * Run as a script of npm, we are the child of its shell. npm hands a SIGTERM to the shell alone, which ends and says nothing: then we
 * have another parent.
 */
function watchNpm(onLeft: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onLeft();
  }, PARENT_MS);
  timer.unref();
}

const PARENT_MS = 250;
const QUIET_MS = 2_000;
const REPEAT_MS = 5_000;

/** What is being done, shown on stderr once it takes longer than two seconds, and from time to time while it lasts. */
export interface Steps {
  begin(what: string): void;
  end(): void;
}

export function showSteps(): Steps {
  let doing = "";
  let shown = "";
  let since = performance.now();
  const timer = setInterval(() => {
    const waited = performance.now() - since;
    if (waited < (shown === "" ? QUIET_MS : REPEAT_MS) && !(shown !== doing && waited >= QUIET_MS)) return;
    if (doing !== "") note(`  … ${doing}`);
    shown = doing;
    since = performance.now();
  }, 250);
  timer.unref();
  return {
    begin(what) {
      doing = what;
    },
    end() {
      clearInterval(timer);
    },
  };
}
