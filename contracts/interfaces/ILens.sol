// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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

/// @title Lens: a borrower's book for people
/// @notice Decodes what the registry keeps in packed form. Stateless, without power, and no part of any decision. For what it logs
/// there is `IEntryDecoder`.
interface ILens {
    /// @notice The loans that a registry has of a borrower.
    function exposureOf(address registry, bytes32 borrower) external view returns (ReadableExposure memory);
}
