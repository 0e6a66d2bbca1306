// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The place where a loan or an entry was filed, which is its name. All zero where there is none.
/// @param platform Number of the licence that filed it.
/// @param number Of the filing within its platform.
/// @param index Of the entry within its filing.
struct DecodedRef {
    uint256 platform;
    uint256 number;
    uint256 index;
}

/// @notice One field of an entry.
/// @param name As in `docs/spec/protocol.md`, section 3.
/// @param value Amounts in minor units, times in UTC seconds, references as `platform u24 ‖ number u32 ‖ index u8`.
/// @param meaning The word for a code whose words the protocol fixes; empty for all else.
struct DecodedField {
    string name;
    uint256 value;
    string meaning;
}

/// @notice Payments at equal distances: payment k, from 0, is `ceil(amount - k * step / 2^16)`.
/// @param count Of payments.
/// @param unit "day", "week" or "month".
/// @param gap Units from the contract, or from the last payment of the leg before, to the first, and between payments.
/// @param amount Minor units.
/// @param step 2^-16 minor units; zero for level payments.
struct DecodedLeg {
    uint256 count;
    string unit;
    uint256 gap;
    uint256 amount;
    uint256 step;
}

/// @notice An entry, for people.
/// @param kind "Opened", "Disbursed", … as in section 3.
/// @param flaw Empty; "MALFORMED", and then everything else is empty; or "WIDTH", an amount of 2^38 minor units or more, with
/// everything else as it was filed.
/// @param borrower Pseudonym.
/// @param borrowerKind "natural person" or "business".
/// @param ref The loan that the entry is about; zero for `Opened`, whose own place names the loan, and `Barred`.
/// @param time As stated, UTC seconds.
/// @param fields All others, in the order of the bytes. What flags say comes first; what is absent, or a flag not set, isn't listed.
/// @param legs The schedule, of `Opened` and `Extended`.
/// @param order Hash of the authority's order; zero if there is none.
struct DecodedEntry {
    string kind;
    string flaw;
    bytes32 borrower;
    string borrowerKind;
    DecodedRef ref;
    uint256 time;
    DecodedField[] fields;
    DecodedLeg[] legs;
    bytes32 order;
}

/// @notice What a registry made of an entry.
/// @param outcome "accepted", "flagged" or "refused"; empty for bytes that are no decision.
/// @param findings Names of section 4; "RESERVED" for a bit that has none.
/// @param breaches Rules that the entry breaks.
/// @param undetermined Rules that could not be judged.
struct DecodedDecision {
    string outcome;
    string[] findings;
    string[] breaches;
    string[] undetermined;
}

/// @title EntryDecoder: reads the packed bytes of filings and decisions
/// @notice For explorers and people: call it with the `entries` and the `decisions` of a `Filed` event. Nobody's, without
/// state; no contract depends on it. It takes any bytes and reverts for none, but needs gas in proportion: a filing of
/// thousands of legs may need more than a node gives to one call, and is then read entry by entry.
/// @dev Assumes nothing of who filed.
interface IEntryDecoder {
    /// @notice Reads one entry, without the frame around it.
    function decode(bytes calldata entry) external pure returns (DecodedEntry memory);

    /// @notice Reads the frames of a filing and the entries in them, counted as the registry counts them: bytes that make no frame,
    /// and all that follow 256 entries, are one entry, MALFORMED.
    function decodeFiling(bytes calldata entries) external pure returns (DecodedEntry[] memory);

    /// @notice Reads the decisions of a filing, 12 bytes each, in the order of its entries. Fewer bytes at the end are one more,
    /// without an outcome.
    function decodeDecisions(bytes calldata decisions) external pure returns (DecodedDecision[] memory);
}
