// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A loan in state.
/// @param ref Where it was opened: `platform u24 ‖ number u32 ‖ index u8`.
/// @param holder The platform that it is owed to.
/// @param principal As opened, minor units.
/// @param charges Borne so far, minor units.
/// @param opened UTC seconds.
/// @param term Days, rounded up.
/// @param stale Nobody closed it in time: it binds its borrower no more, and counts against its platform. Known from when it was first
/// left out of a decision, not from the day on which its grace was over.
/// @param linked It names a loan before it: {ILens-chainOf} says what that came to.
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
    bool stale;
    bool linked;
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

/// @notice What is known of a borrower beside loans. Times are UTC seconds; zero: never.
/// @param defaultAt When the borrower was last known to be in default; over with the loan that was.
/// @param contacts Of collectors, in ten local days, that of `lastContact` first; 255 of a day are as many or more.
struct ReadableConduct {
    uint40 defaultAt;
    uint40 barredFrom;
    uint40 barredUntil;
    uint40 lastContact;
    uint40 lastConversation;
    uint8[10] contacts;
}

/// @notice A complaint. All zero: there is none.
/// @param loan That it is about: `platform u24 ‖ number u32 ‖ index u8`.
/// @param platform That is to answer.
/// @param complained UTC seconds.
/// @param answered UTC seconds; zero: not yet.
/// @param due Until when it was or is to be answered, UTC seconds; zero: nothing bound it.
/// @param late It was answered later, or that time is over without an answer.
struct ReadableComplaint {
    uint64 loan;
    uint24 platform;
    uint16 product;
    uint40 complained;
    uint40 answered;
    uint40 due;
    bool late;
}

/// @notice What a linked loan has before it, or what one came to that was refinanced. All zero: it is neither.
/// @param predecessor The loan before: `platform u24 ‖ number u32 ‖ index u8`; zero for none.
/// @param charges Of all of them, default charges included, minor units.
/// @param largest Principal, minor units.
/// @param renewals How often the borrower's debt was renewed or extended.
/// @param renewal It renews a loan of the same platform's.
/// @param refinanced It was closed as refinanced, and is itself among the totals.
/// @param holder The platform that a refinanced loan was owed to.
struct ReadableChain {
    uint64 predecessor;
    uint40 charges;
    uint40 largest;
    uint8 renewals;
    bool renewal;
    bool refinanced;
    uint24 holder;
}

/// @title Lens: a borrower's book for people
/// @notice Decodes what the registry keeps in packed form. Stateless, without power, and no part of any decision. For what it logs
/// there is `IEntryDecoder`.
interface ILens {
    /// @notice The loans that a registry has of a borrower.
    function exposureOf(address registry, bytes32 borrower) external view returns (ReadableExposure memory);

    /// @notice What a registry knows of a borrower beside loans.
    function conductOf(address registry, bytes32 borrower) external view returns (ReadableConduct memory);

    /// @notice What loans before a loan came to, as it was known when this one was opened.
    /// @param ref Of the loan.
    function chainOf(address registry, bytes32 borrower, uint64 ref) external view returns (ReadableChain memory);

    /// @notice A complaint, and whether it is late by the clock: nothing is filed of one that nobody answers.
    /// @param ref Of the `Complained`.
    function complaintOf(
        address registry,
        bytes32 borrower,
        uint64 ref
    ) external view returns (ReadableComplaint memory);
}
