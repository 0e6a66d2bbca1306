/** Progress of long work, on stderr alone: a bar on a terminal, a line now and then elsewhere, nothing if it is soon over. */
import { note } from "./output.ts";

const QUIET_MS = 2_000;
const LINE_EVERY_MS = 10_000;

/** A running display. `end` is idempotent, so that it can stand in a `finally`. */
export interface Progress {
  /** Says how much is done by now, and in a word or two what is being done. */
  update(done: number, doing?: string): void;
  end(): void;
}

/** What is being counted. Without a total a counter is shown instead of a share. */
export interface ProgressOptions {
  readonly label: string;
  readonly unit: string;
  readonly total?: number;
}

/** Starts to show progress; the display appears once the work has taken two seconds. */
export async function startProgress(options: ProgressOptions): Promise<Progress> {
  return process.stderr.isTTY ? startBar(options) : startLines(options);
}

async function startBar({ label, unit, total }: ProgressOptions): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  const format =
    total === undefined
      ? `${label} {value} ${unit} {doing}`
      : `${label} {bar} {percentage} % {value}/{total} ${unit} {doing}`;
  const bar = new cliProgress.SingleBar({
    format,
    barsize: 30,
    barCompleteChar: "#",
    barIncompleteChar: "-",
    hideCursor: true,
    clearOnComplete: true,
  });
  const began = Date.now();
  let shown = false;
  return {
    update(done, doing = "") {
      if (!shown && Date.now() - began < QUIET_MS) return;
      if (!shown) bar.start(total ?? 0, done, { doing });
      shown = true;
      bar.update(done, { doing });
    },
    end() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}

function startLines({ label, unit, total }: ProgressOptions): Progress {
  let next = Date.now() + QUIET_MS;
  return {
    update(done, doing = "") {
      if (Date.now() < next) return;
      next = Date.now() + LINE_EVERY_MS;
      note(`${label}: ${done}${total === undefined ? "" : ` of ${total}`} ${unit}${doing === "" ? "" : `, ${doing}`}`);
    },
    end() {
      next = Number.POSITIVE_INFINITY;
    },
  };
}
