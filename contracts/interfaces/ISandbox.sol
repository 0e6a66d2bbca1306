// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILicences} from "./ILicences.sol";

/// @notice What a pilot may become. Amounts are minor units, times UTC seconds.
/// @param product The one product that it is a pilot of.
/// @param opensAt From when loans may be opened, inclusive.
/// @param endsAt From when they may no more.
/// @param maxLoans Loans ever, at least 1. A voided one counts.
/// @param maxBorrowers Borrowers with an open loan of the pilot at one time, at least 1.
/// @param maxOutstanding Principal outstanding on open loans, at least 1.
/// @param maxLoss Principal written off, forgiven or left unpaid at the close, less what was recovered: beyond it the pilot stops.
/// @param consent The borrower must have acknowledged the disclosure: its time must be stated.
/// @param defaultShare Loans written off among all, 10^-6: beyond it the pilot stops.
/// @param defaultFrom From how many loans on that is looked at; zero: never.
/// @param complaintShare Complaints among all loans, 10^-6: beyond it the pilot stops.
/// @param complaintFrom From how many loans on that is looked at; zero: never.
struct PilotTerms {
    uint16 product;
    uint40 opensAt;
    uint40 endsAt;
    uint32 maxLoans;
    uint32 maxBorrowers;
    uint64 maxOutstanding;
    uint64 maxLoss;
    bool consent;
    uint32 defaultShare;
    uint32 defaultFrom;
    uint32 complaintShare;
    uint32 complaintFrom;
}

/// @notice Where a pilot stands. That it has not begun yet, or has ended, follows from its dates.
enum PilotState {
    None,
    Open,
    Stopped,
    Graduated
}

/// @notice Why a pilot stopped. All but the first happen by themselves.
enum StopReason {
    None,
    ByHand,
    Defaults,
    Complaints,
    Loss
}

/// @notice What has come of a pilot, one storage slot.
/// @param loans Opened ever.
/// @param borrowers With an open loan now.
/// @param defaults Loans written off ever, with principal left.
/// @param complaints About its loans.
/// @param outstanding Principal of open loans, minor units.
/// @param loss Minor units.
struct PilotCounts {
    uint32 loans;
    uint32 borrowers;
    uint32 defaults;
    uint32 complaints;
    uint64 outstanding;
    uint64 loss;
}

/// @title Sandbox: pilots, products on trial within bounds that hold by themselves
/// @notice A pilot belongs to every product version that names its number with the rule PILOT on. The registry in service asks
/// before each such loan whether it may still be opened, and tells what becomes of it. Terms never change. A pilot
/// that stopped stays stopped; loans that are open run off. One that graduated has no bounds any more.
interface ISandbox {
    event PilotOpened(uint32 indexed number, PilotTerms terms, uint24[] platforms, string name);

    /// @notice No loan is admitted from here on. `why` is empty where it happened by itself.
    event PilotStopped(uint32 indexed number, StopReason reason, uint40 time, string why);

    /// @notice The product goes on without bounds.
    event PilotGraduated(uint32 indexed number, uint40 time);

    error Sandbox_Exists(uint32 number);
    error Sandbox_NotOpen(uint32 number, PilotState state);
    /// @notice Number, product, loans, borrowers and outstanding amount are at least 1, and somebody must take part.
    error Sandbox_NoBound();
    error Sandbox_BadProduct(uint16 product);
    error Sandbox_BadPlatform(uint24 platform);
    /// @notice A pilot ends after it opens, and in the future.
    error Sandbox_BadDates(uint40 opensAt, uint40 endsAt);
    /// @notice Only the registry in service tells what happens to loans.
    error Sandbox_NotRegistry(address inService, address caller);

    // Sandbox role

    /// @notice Opens a pilot of a number that was never used. Its terms can't be changed.
    function open(uint32 number, PilotTerms calldata terms, uint24[] calldata platforms, string calldata name) external;

    /// @notice Ends admission at once and for good.
    function stop(uint32 number, string calldata why) external;

    /// @notice Takes the bounds away: PILOT passes from here on. Not for a pilot that stopped.
    function graduate(uint32 number) external;

    // The registry in service

    /// @notice Whether a loan may be opened under a pilot: the rule PILOT. Never reverts.
    /// @param number Of the pilot; one that nobody has opened admits nothing.
    /// @param platform That opens it.
    /// @param borrower Pseudonym.
    /// @param principal Minor units.
    /// @param time At which the loan counts as opened, UTC seconds.
    /// @param disclosed Stated time of disclosure, zero for none.
    function admits(
        uint256 number,
        uint256 platform,
        uint256 product,
        bytes32 borrower,
        uint256 principal,
        uint256 time,
        uint256 disclosed
    ) external view returns (bool);

    /// @notice What has become of a loan of a pilot, opened or not. Never reverts for the registry in service.
    /// @param happened Bits: 0 it was opened, 1 it is no open loan any more, 2 it defaulted, 3 somebody complained.
    /// @param outstanding By which the principal of open loans changes, minor units.
    /// @param loss By which the loss changes, minor units.
    function record(uint256 number, bytes32 borrower, uint256 happened, int256 outstanding, int256 loss) external;

    // Views

    function pilotOf(
        uint32 number
    )
        external
        view
        returns (
            PilotTerms memory terms,
            PilotState state,
            StopReason reason,
            uint40 stoppedAt,
            PilotCounts memory counts
        );

    /// @notice Whether a platform takes part.
    function takesPart(uint32 number, uint24 platform) external view returns (bool);

    /// @notice A borrower's open loans of a pilot.
    function loansOf(uint32 number, bytes32 borrower) external view returns (uint256);

    /// @notice Names the registry in service.
    function licences() external view returns (ILicences);
}
