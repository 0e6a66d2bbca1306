// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice `count` payments, `gap` units apart: payment k, from 0, is `ceil(amount - k * step / 2^16)` minor units.
/// @param unit 0 day, 1 week, 2 month.
struct ReadableLeg {
    uint16 count;
    uint8 unit;
    uint16 gap;
    uint40 amount;
    uint56 step;
}

/// @notice What only an `Opened` says. References are `platform u24 ‖ number u32 ‖ index u8`; zero where absent.
/// @param basis 0 request, 1 outage, 2 founded, 3 paid out.
struct ReadableOpening {
    uint8 basis;
    uint16 product;
    uint40 principal;
    uint32 disclosed;
    uint40 cash;
    bool hasIncome;
    uint40 income;
    bool firstDraw;
    uint64 line;
    uint64 predecessor;
    uint24 lender;
    uint8 outageReason;
    uint32 deadline;
    ReadableLeg[] legs;
}

/// @notice An entry for people and explorers.
/// @param kind Code of the kind: 1 Opened, 2 Disbursed, 3 Repaid, 4 Closed, 5 Extended …
/// @param name The same as a word; empty for an unknown one.
/// @param finding What a registry refuses it with, whatever its state: 1 MALFORMED, 16 WIDTH, 128 UNSUPPORTED, or zero. If it is
/// MALFORMED, nothing else is set but `kind`.
/// @param loan The loan's reference; zero for an `Opened`, which becomes one.
/// @param time As stated, UTC seconds.
/// @param amount `Disbursed`: the amount; `Repaid` and `Closed`: principal. Minor units.
/// @param charges `Repaid` and `Closed`.
/// @param reason `Closed`: 1 repaid, 2 refinanced, 3 withdrawn, 4 voided, 5 written off, 6 forgiven.
/// @param order Hash of the authority's order; zero if there is none.
/// @param rest Of a kind that isn't served: everything after its flags.
struct ReadableEntry {
    uint8 kind;
    string name;
    uint256 finding;
    bool founded;
    bytes32 borrower;
    uint64 loan;
    uint32 time;
    uint40 amount;
    uint40 charges;
    uint8 reason;
    bytes32 order;
    ReadableOpening opening;
    bytes rest;
}

/// @notice A loan in state.
/// @param ref Where it was opened: `platform u24 ‖ number u32 ‖ index u8`.
/// @param holder The platform that it is owed to.
/// @param principal As opened, minor units.
/// @param charges Borne so far, minor units.
/// @param opened UTC seconds.
/// @param term Days, rounded up.
/// @param line The first draw of its line; zero if it is none's.
struct ReadableLoan {
    uint64 ref;
    uint24 holder;
    uint16 product;
    uint40 outstanding;
    uint40 principal;
    uint40 charges;
    uint40 opened;
    uint16 term;
    bool unconfirmed;
    bool chargedOff;
    uint64 line;
}

/// @notice What a borrower owes, and what windows are counted from.
/// @param outstanding Sum over all markets, minor units.
/// @param lastClosed UTC seconds; zero for never.
/// @param newestOpening UTC seconds; zero if none is known.
struct ReadableExposure {
    uint256 outstanding;
    uint40 lastClosed;
    uint40 newestOpening;
    ReadableLoan[] loans;
}

/// @title Lens: entries and books for people
/// @notice Decodes what the registry keeps and logs in packed form. Stateless, without power, and no part of any decision.
interface ILens {
    /// @notice The entries of a filing, from its `entries` bytes, as the registry counts them: bytes that make no frame are one
    /// entry, which is empty here.
    function split(bytes calldata entries) external pure returns (bytes[] memory);

    /// @notice An entry, decoded. Reverts for nothing that it says.
    function decode(bytes calldata entry) external pure returns (ReadableEntry memory);

    /// @notice A decision's 12 bytes, as they are in `Filed`.
    /// @return outcome 1 accepted, 2 flagged, 3 refused.
    function decodeDecision(
        bytes12 decision
    ) external pure returns (uint8 outcome, uint24 findings, uint32 breaches, uint32 undetermined);

    /// @notice The loans that a registry has of a borrower.
    function exposureOf(address registry, bytes32 borrower) external view returns (ReadableExposure memory);
}
