import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { expect } from "chai";
import type { Command } from "commander";

import { loadedCommands } from "../../scripts/docs-cli.ts";
import { checks } from "../../scripts/checks.ts";

const ROOT = join(import.meta.dirname, "../..");
const papers = globSync(["*.md", "docs/**/*.md"], { cwd: ROOT }).sort();
const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** The anchors that a page's headings make, as GitHub names them. */
function anchors(text: string): Set<string> {
  const headings = text.replaceAll(/^```.*?^```/gmsu, "").matchAll(/^#+ (.+)$/gmu);
  return new Set(
    [...headings].map(([, title]) =>
      title!
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

/** Relative links of a page that lead nowhere. */
function brokenLinks(file: string): string[] {
  const text = textOf(file).replaceAll(/^```.*?^```/gmsu, "");
  const broken: string[] = [];
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/gu)) {
    if (/^[a-z]+:/u.test(target!)) continue;
    const [path, anchor] = target!.split("#") as [string, string?];
    const found = path === "" ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(ROOT, found))) broken.push(target!);
    else if (anchor !== undefined && found.endsWith(".md") && !anchors(textOf(found)).has(anchor)) broken.push(target!);
  }
  return broken;
}

/** Files of the repository that a page names as code: `src/core/judge.ts`, `docs/spec/rate.md`. */
function missingFiles(file: string): string[] {
  const names = textOf(file).matchAll(
    /`((?:docs|src|contracts|scripts|test|bench|rulebooks|mappings)\/[\w./-]+\.\w+)`/gu,
  );
  return [...names].map(([, name]) => name!).filter((name) => !/[A-Z]{4}/u.test(name) && !existsSync(join(ROOT, name)));
}

/** Command lines in a page: what follows `tally` in a block of code, or between backquotes. */
function commandLines(file: string): string[] {
  const lines: string[] = [];
  const text = textOf(file);
  for (const line of text.split("\n"))
    for (const [, words] of line.matchAll(/(?:^ {4,}|^|`|[ (])(?:npx )?tally ((?:[a-z]+ ?)[^`#|]*)/gu))
      if (/^ {4}|^(?:npx )?tally |`(?:npx )?tally |npx tally/u.test(line)) lines.push(words!.trim());
  return lines;
}

/** What is wrong with a command line, if anything. */
function wrongIn(line: string, commands: readonly Command[]): string | undefined {
  const words = line.split(/\s+/u);
  let command = commands.find((one) => one.name() === words[0]);
  if (command === undefined) return `there is no command ${words[0]}`;
  for (const word of words.slice(1)) {
    const sub: Command | undefined = command.commands.find((one) => one.name() === word);
    if (sub !== undefined) command = sub;
    const option = /^\[?(--[\w-]+)/u.exec(word)?.[1];
    if (option === undefined || option === "--help" || option === "--version") continue;
    if (!command.options.some(({ long }) => long === option)) return `${command.name()} has no option ${option}`;
  }
  return undefined;
}

describe("the papers", () => {
  it("are there", () => {
    expect(papers).to.include.members([
      "README.md",
      "CHANGELOG.md",
      "SECURITY.md",
      "CONTRIBUTING.md",
      "docs/README.md",
    ]);
  });

  for (const file of papers)
    it(`${file} has links that lead somewhere, and names files that exist`, () => {
      expect(brokenLinks(file), "links").to.deep.equal([]);
      expect(missingFiles(file), "files").to.deep.equal([]);
    });

  it("exist wherever a program or another file names one", () => {
    const files = globSync("{src,scripts,contracts,test,bench,rulebooks,mappings}/**/*.{ts,mjs,sol,yaml,py}", {
      cwd: ROOT,
      exclude: ["**/node_modules/**"],
    });
    const missing = files.flatMap((file) =>
      [...textOf(file).matchAll(/docs\/[\w/-]+\.md/gu)]
        .filter(([page]) => !existsSync(join(ROOT, page)))
        .map(([page]) => `${file}: ${page}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("name commands and options that exist", async function () {
    this.timeout(60_000);
    const commands = await loadedCommands();
    const wrong = papers.flatMap((file) =>
      commandLines(file).flatMap((line) => {
        const what = wrongIn(line, commands);
        return what === undefined ? [] : [`${file}: tally ${line}: ${what}`];
      }),
    );
    expect(wrong).to.deep.equal([]);
    expect(papers.flatMap(commandLines).length, "command lines found").to.be.greaterThan(10);
  });

  it("name npm scripts and checks that exist", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const names = new Set(checks.map(({ name }) => name));
    const wrong = papers.flatMap((file) =>
      [...textOf(file).matchAll(/(?:^ {4}|`)npm (?:run )?([a-z:]+)(?: -- ([a-z]+(?: [a-z]+)*))?/gmu)].flatMap(
        ([all, script, words]) => {
          if (["ci", "install", "pack", "exec", "config"].includes(script!)) return [];
          if (scripts[script!] === undefined) return [`${file}: ${all}`];
          if (script !== "test" || words === undefined) return [];
          const unknown = words
            .trim()
            .split(/ +/u)
            .filter((word) => !names.has(word));
          return unknown.length === 0 ? [] : [`${file}: ${all}`];
        },
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  it("begin with a README of fewer than 120 lines", () => {
    expect(textOf("README.md").split("\n").length).to.be.lessThan(120);
  });
});
