/** What a pack says of where its values come from, for a page of `tally rules`. */
import type { Language } from "../../core/rule-texts.ts";
import { type Law as Provisions, provisionsOf, textIn } from "../../regulator/law.ts";
import type { RulePackVersion } from "../../regulator/rule-pack.ts";

export interface ShownProvision {
  /** The field that it is about, where those of a rule come from several places. */
  readonly value?: string;
  readonly article: string;
  readonly provision?: string;
  readonly source?: string;
  readonly mark: string;
  readonly note?: string;
}

/** The law or order by which a version binds. */
export interface ShownEnactment extends Pick<ShownProvision, "mark" | "source" | "note"> {
  readonly instrument: string;
  readonly enacted?: string;
}

export function provisions(law: Provisions | undefined, language: Language): ShownProvision[] {
  return provisionsOf(law).map(({ value, article, provision, source, mark, note }) => ({
    ...(value !== undefined && { value }),
    article: textIn(article, language),
    ...(provision !== undefined && { provision: textIn(provision, language) }),
    ...(source !== undefined && { source }),
    mark,
    ...(note !== undefined && { note: textIn(note, language) }),
  }));
}

export function enactment(law: RulePackVersion["law"], language: Language): ShownEnactment | undefined {
  if (law === undefined) return undefined;
  const { instrument, enacted, source, mark, note } = law;
  return {
    instrument: textIn(instrument, language),
    ...(enacted !== undefined && { enacted }),
    ...(source !== undefined && { source }),
    mark,
    ...(note !== undefined && { note: textIn(note, language) }),
  };
}

/** Article, mark and what it says on one line, its note and where to read it each on one of its own. */
export function provisionLines({ value, article, mark, provision, note, source }: ShownProvision): string[] {
  const of = value === undefined ? "" : `${value}, `;
  const says = provision === undefined ? "" : `: ${provision}`;
  return [
    `${of}${article} [${mark}]${says}`,
    ...[note, source].flatMap((line) => (line === undefined ? [] : [`  ${line}`])),
  ];
}

/** The same of a version. */
export const enactmentLines = ({ instrument, enacted, ...rest }: ShownEnactment): string[] =>
  provisionLines({ article: enacted === undefined ? instrument : `${instrument}, of ${enacted}`, ...rest });
