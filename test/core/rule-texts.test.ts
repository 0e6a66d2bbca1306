import { expect } from "chai";
import { RULES } from "../../src/core/decision.ts";
import { FINDING_TEXTS, LANGUAGES, RULE_TEXTS } from "../../src/core/rule-texts.ts";

const HAN = /\p{Script=Han}/u;

describe("core/rule-texts", () => {
  for (const name of RULES)
    it(`tells ${name} in every language`, () => {
      const texts = LANGUAGES.map((language) => RULE_TEXTS[name][language]);
      for (const { name: called, breach } of texts)
        expect([called, breach].every((text) => text.length > 1)).to.be.true;
      expect(HAN.test(RULE_TEXTS[name].zh.name)).to.be.true;
      expect(RULE_TEXTS[name].zh.breach).to.match(/。$/u);
      expect(RULE_TEXTS[name].en.breach).to.match(/^[A-Z].*\.$/u);
    });

  it("calls no two rules the same", () => {
    for (const language of LANGUAGES)
      expect(new Set(RULES.map((name) => RULE_TEXTS[name][language].name)).size).to.equal(RULES.length);
  });

  it("tells findings in every language", () => {
    for (const texts of Object.values(FINDING_TEXTS)) {
      expect(HAN.test(texts.zh)).to.be.true;
      expect(HAN.test(texts.en)).to.be.false;
    }
  });
});
