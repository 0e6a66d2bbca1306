/** The program `tally`. */
import { commands } from "./commands.ts";
import { EXIT, reportFatal, tolerateClosedPipe } from "./output.ts";
import { buildProgram, commanderExit } from "./program.ts";

tolerateClosedPipe();
try {
  const args = process.argv.slice(2);
  const program = await buildProgram(commands, args);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    process.exitCode = EXIT.failed;
  } else {
    await program.parseAsync(args, { from: "user" });
  }
} catch (error) {
  const exit = commanderExit(error);
  if (exit === undefined) reportFatal(error);
  else process.exitCode = exit;
}
