// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ILicences} from "./interfaces/ILicences.sol";
import {ISandbox, PilotCounts, PilotState, PilotTerms, StopReason} from "./interfaces/ISandbox.sol";
import {Pilot} from "./rules/Pilot.sol";

/// @title Sandbox
/// @notice See {ISandbox}.
contract Sandbox is ISandbox, AccessManaged {
    uint16 private constant PRODUCTS = 2 ** 11;
    uint24 private constant MAX_PLATFORM = 2 ** 18 - 1;
    uint256 private constant U64 = type(uint64).max;

    uint256 private constant OPENED = 1;
    uint256 private constant ENDED = 2;
    uint256 private constant DEFAULTED = 4;
    uint256 private constant COMPLAINED = 8;

    struct Kept {
        PilotTerms terms;
        PilotState state;
        StopReason reason;
        uint40 stoppedAt;
        PilotCounts counts;
    }

    /// @inheritdoc ISandbox
    ILicences public immutable licences;

    mapping(uint256 number => Kept) private _pilots;
    /// @dev By platform / 256, a bit each.
    mapping(uint256 number => mapping(uint256 word => uint256)) private _platforms;
    mapping(uint256 number => mapping(bytes32 borrower => uint256)) private _loans;

    constructor(address manager, ILicences licences_) AccessManaged(manager) {
        licences = licences_;
    }

    // Sandbox role

    /// @inheritdoc ISandbox
    function open(
        uint32 number,
        PilotTerms calldata terms,
        uint24[] calldata platforms,
        string calldata name
    ) external restricted {
        Kept storage kept = _pilots[number];
        if (kept.state != PilotState.None) revert Sandbox_Exists(number);
        if (terms.product == 0 || terms.product >= PRODUCTS) revert Sandbox_BadProduct(terms.product);
        if (
            number == 0 ||
            platforms.length == 0 ||
            terms.maxLoans == 0 ||
            terms.maxBorrowers == 0 ||
            terms.maxOutstanding == 0
        ) revert Sandbox_NoBound();
        if (terms.endsAt <= terms.opensAt || terms.endsAt <= block.timestamp) {
            revert Sandbox_BadDates(terms.opensAt, terms.endsAt);
        }
        kept.terms = terms;
        kept.state = PilotState.Open;
        for (uint256 i = 0; i < platforms.length; i++) {
            uint24 platform = platforms[i];
            if (platform == 0 || platform > MAX_PLATFORM) revert Sandbox_BadPlatform(platform);
            _platforms[number][platform >> 8] |= 1 << (platform & 255);
        }
        emit PilotOpened(number, terms, platforms, name);
    }

    /// @inheritdoc ISandbox
    function stop(uint32 number, string calldata why) external restricted {
        Kept storage kept = _pilots[number];
        if (kept.state != PilotState.Open) revert Sandbox_NotOpen(number, kept.state);
        _stop(kept, number, StopReason.ByHand, why);
    }

    /// @inheritdoc ISandbox
    function graduate(uint32 number) external restricted {
        Kept storage kept = _pilots[number];
        if (kept.state != PilotState.Open) revert Sandbox_NotOpen(number, kept.state);
        kept.state = PilotState.Graduated;
        emit PilotGraduated(number, uint40(block.timestamp));
    }

    // The registry in service

    /// @inheritdoc ISandbox
    function admits(
        uint256 number,
        uint256 platform,
        uint256 product,
        bytes32 borrower,
        uint256 principal,
        uint256 time,
        uint256 disclosed
    ) external view returns (bool) {
        Kept storage kept = _pilots[number];
        return
            !Pilot.breaches(
                kept.state,
                kept.terms,
                kept.counts,
                _takesPart(number, platform),
                _loans[number][borrower] != 0,
                product,
                principal,
                time,
                disclosed
            );
    }

    /// @inheritdoc ISandbox
    function record(uint256 number, bytes32 borrower, uint256 happened, int256 outstanding, int256 loss) external {
        address inService = licences.registryInService();
        if (msg.sender != inService) revert Sandbox_NotRegistry(inService, msg.sender);
        Kept storage kept = _pilots[number];
        // Loans that were paid out before anybody opened the pilot are counted too: otherwise their end would be taken off others.
        PilotCounts memory counts = kept.counts;
        // Unchecked: 2^32 of anything would take more gas than there is; borrowers and a borrower's loans are only taken off
        // what was added, and not even then below zero.
        unchecked {
            if (happened & (OPENED | ENDED) != 0) {
                uint256 loans = _loans[number][borrower];
                if (happened & OPENED != 0) {
                    counts.loans++;
                    if (loans == 0) counts.borrowers++;
                    _loans[number][borrower] = loans + 1;
                } else if (loans != 0) {
                    if (loans == 1) counts.borrowers--;
                    _loans[number][borrower] = loans - 1;
                }
            }
            if (happened & DEFAULTED != 0) counts.defaults++;
            if (happened & COMPLAINED != 0) counts.complaints++;
        }
        counts.outstanding = _moved(counts.outstanding, outstanding);
        counts.loss = _moved(counts.loss, loss);
        kept.counts = counts;
        if (kept.state == PilotState.Open) _stopIfBeyond(kept, number, counts);
    }

    // Views

    /// @inheritdoc ISandbox
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
        )
    {
        Kept storage kept = _pilots[number];
        return (kept.terms, kept.state, kept.reason, kept.stoppedAt, kept.counts);
    }

    /// @inheritdoc ISandbox
    function takesPart(uint32 number, uint24 platform) external view returns (bool) {
        return _takesPart(number, platform);
    }

    /// @inheritdoc ISandbox
    function loansOf(uint32 number, bytes32 borrower) external view returns (uint256) {
        return _loans[number][borrower];
    }

    // Inside

    function _takesPart(uint256 number, uint256 platform) private view returns (bool) {
        return (_platforms[number][platform >> 8] >> (platform & 255)) & 1 != 0;
    }

    function _stopIfBeyond(Kept storage kept, uint256 number, PilotCounts memory counts) private {
        PilotTerms memory terms = kept.terms;
        StopReason reason;
        if (Pilot.stops(counts.defaults, counts.loans, terms.defaultShare, terms.defaultFrom)) {
            reason = StopReason.Defaults;
        } else if (Pilot.stops(counts.complaints, counts.loans, terms.complaintShare, terms.complaintFrom)) {
            reason = StopReason.Complaints;
        } else if (counts.loss > terms.maxLoss) {
            reason = StopReason.Loss;
        } else {
            return;
        }
        _stop(kept, number, reason, "");
    }

    function _stop(Kept storage kept, uint256 number, StopReason reason, string memory why) private {
        (kept.state, kept.reason, kept.stoppedAt) = (PilotState.Stopped, reason, uint40(block.timestamp));
        // Only a pilot that was opened gets here, and its number has 32 bits.
        emit PilotStopped(uint32(number), reason, uint40(block.timestamp), why);
    }

    /// @dev Minor units after a change, held within 64 bits: 2^26 loans of the greatest amount.
    function _moved(uint256 amount, int256 change) private pure returns (uint64) {
        // Unchecked: a change is a loan's amount, below 2^40 either way.
        unchecked {
            int256 moved = int256(amount) + change;
            if (moved < 0) return 0;
            return uint256(moved) > U64 ? type(uint64).max : uint64(uint256(moved));
        }
    }
}
