/** The law of every rule in it. */
export const LAW = "law: { article: Test Act 1, mark: sample }";

/** A pack of one version, with these lines for its rules; `head` stands before the versions, in a line of its own. */
export const oneVersionPack = (rules: string, head = ""): string => `pack: test-pack
title: Test
currency: { code: USD, decimals: 2 }
zone: America/New_York
markets: { small: { number: 2, confirmationWindow: 48h, grace: 30d } }
products: { payday: { market: small, serial: 3, title: Payday } }
${head}
versions:
  - products: [payday]
    borrowers: [person]
    effectiveFrom: 2024-07-01
    reportingWindow: 3d
    rules:
${rules}
`;
