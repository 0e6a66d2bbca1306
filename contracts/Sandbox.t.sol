// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISandbox, PilotCounts, PilotState, PilotTerms, StopReason} from "./interfaces/ISandbox.sol";
import {RegistryScene} from "./test/RegistryScene.sol";

/// @notice What holds of a pilot whatever is filed, in whatever order. The scene's product 2 is a pilot's, number 1.
contract SandboxTest is RegistryScene {
    uint256 private constant DECISION_BYTES = 12;
    uint32 private constant MAX_LOANS = 9;
    uint32 private constant MAX_BORROWERS = 3;
    uint64 private constant MAX_OUTSTANDING = 5_000;
    uint64 private constant MAX_LOSS = 1_500;

    constructor() {
        rulebook.publish(2, 1, uint40(NOW + 1), pilotLimits(1));
        CHEATS.warp(NOW + 1);
        PilotTerms memory terms = PilotTerms({
            product: 2,
            opensAt: uint40(NOW),
            endsAt: uint40(NOW + 30 days),
            maxLoans: MAX_LOANS,
            maxBorrowers: MAX_BORROWERS,
            maxOutstanding: MAX_OUTSTANDING,
            maxLoss: MAX_LOSS,
            consent: false,
            defaultShare: 400_000,
            defaultFrom: 4,
            complaintShare: 0,
            complaintFrom: 0
        });
        uint24[] memory platforms = new uint24[](1);
        platforms[0] = platform;
        sandbox.open(1, terms, platforms, "Scene");
    }

    /// Requests of random amounts by random borrowers, paid, closed, written off, written down, corrected and complained about at random: no
    /// bound is ever passed, and the counts are what happened.
    function testFuzz_BoundsHoldInAnyOrder(uint64[40] calldata steps) external {
        uint256[] memory left = new uint256[](steps.length);
        uint256[] memory whose = new uint256[](steps.length);
        uint32[] memory filing = new uint32[](steps.length);
        PilotCounts memory mine;
        bool stopped = false;
        for (uint256 i = 0; i < steps.length; i++) {
            uint256 step = steps[i];
            bytes memory decisions;
            if (step % 2 == 0) {
                (left[i], whose[i]) = (1 + ((step >> 8) % 2_000), 1 + ((step >> 32) % 5));
                (decisions, ) = file(_opened(whose[i], left[i]));
                filing[i] = number;
                if (decisions[0] == 0x03) {
                    left[i] = 0;
                } else {
                    require(!stopped, "admitted after it stopped");
                    mine.loans++;
                    mine.outstanding += uint64(left[i]);
                }
            } else {
                uint256 which = (step >> 4) % (i + 1);
                if (left[which] == 0) continue;
                uint256 less = (step >> 16) % left[which];
                if ((step >> 3) & 1 == 0)
                    left[which] = _end(mine, (step >> 1) & 3, whose[which], filing[which], left[which]);
                else left[which] = _change(mine, (step >> 1) & 3, whose[which], filing[which], left[which], less);
            }
            stopped = _compare(mine, _borrowers(left, whose));
        }
    }

    /// @dev Closes a loan. Returns what it owes then.
    function _end(
        PilotCounts memory mine,
        uint256 how,
        uint256 person,
        uint32 filing,
        uint256 owed
    ) private returns (uint256) {
        uint8 reason = [1, 4, 5, 6][how];
        (bytes memory decisions, ) = file(_closed(person, filing, reason));
        if (decisions[0] == 0x03) return owed;
        mine.outstanding -= uint64(owed);
        if (reason != 4) mine.loss += uint64(owed);
        if (reason == 5) mine.defaults++;
        return 0;
    }

    /// @dev Pays, writes down or corrects a loan, or complains about it. Returns what it owes then.
    function _change(
        PilotCounts memory mine,
        uint256 how,
        uint256 person,
        uint32 filing,
        uint256 owed,
        uint256 less
    ) private returns (uint256) {
        if (how == 3) {
            (bytes memory noted, ) = file(_of(8, person, filing, abi.encodePacked(uint8(1))));
            require(noted[0] != 0x03, "a complaint was refused");
            mine.complaints++;
            return owed;
        }
        bytes memory rest = abi.encodePacked(uint40(less), uint40(1));
        if (how == 1) {
            rest = abi.encodePacked(
                uint40(0),
                uint40(less),
                uint40(0),
                uint16(1),
                uint16(1),
                uint8(0),
                uint16(30),
                uint40(9)
            );
        } else if (how == 2) {
            rest = abi.encodePacked(platform, filing, uint8(0), uint8(0), uint40(owed - less), uint8(0));
        }
        (bytes memory decisions, ) = file(_of([3, 5, 11][how], person, filing, rest));
        require(decisions[0] != 0x03, "a fact was refused");
        if (how == 1) mine.loss += uint64(less);
        mine.outstanding -= uint64(less);
        return owed - less;
    }

    /// Only the registry in service tells, and only the role decides.
    function testFuzz_NobodyElseTells(uint256 number, bytes32 borrower, uint256 happened, int64 change) external {
        try sandbox.record(number, borrower, happened, change, change) {
            revert("somebody else was believed");
        } catch {}
    }

    function testFuzz_NobodyElseDecides(uint32 number) external {
        Stranger stranger = new Stranger();
        require(!stranger.tries(sandbox, number), "somebody else decided");
    }

    /// @dev Whether it stopped by now.
    function _compare(PilotCounts memory mine, uint256 borrowers) private view returns (bool) {
        (, PilotState state, StopReason reason, , PilotCounts memory counts) = sandbox.pilotOf(1);
        require(counts.loans == mine.loans && counts.loans <= MAX_LOANS, "loans");
        require(counts.borrowers == borrowers && counts.borrowers <= MAX_BORROWERS, "borrowers");
        require(counts.outstanding == mine.outstanding && counts.outstanding <= MAX_OUTSTANDING, "outstanding");
        require(counts.loss == mine.loss && counts.defaults == mine.defaults, "loss or defaults");
        require(counts.complaints == mine.complaints, "complaints");
        bool beyond = counts.loss > MAX_LOSS || (counts.loans >= 4 && counts.defaults * 10 > counts.loans * 4);
        if (beyond) require(state == PilotState.Stopped, "didn't stop");
        require((state == PilotState.Stopped) == (reason != StopReason.None), "stopped for nothing");
        return state == PilotState.Stopped;
    }

    function _borrowers(uint256[] memory left, uint256[] memory whose) private pure returns (uint256 count) {
        for (uint256 person = 1; person <= 5; person++) {
            for (uint256 i = 0; i < left.length; i++) {
                if (whose[i] == person && left[i] != 0) {
                    count++;
                    break;
                }
            }
        }
    }

    function _opened(uint256 person, uint256 amount) private pure returns (bytes memory) {
        bytes memory entry = abi.encodePacked(
            uint8(1),
            uint8(0),
            bytes32((uint256(1) << 248) | person),
            uint32(NOW + 1),
            uint16(2),
            uint40(amount),
            uint32(NOW - 200),
            uint16(1),
            uint16(1),
            uint8(0),
            uint16(30),
            uint40(amount)
        );
        return abi.encodePacked(uint16(entry.length), entry);
    }

    /// @dev The first entry of a filing, closed without a payment.
    function _closed(uint256 person, uint32 filing, uint8 reason) private view returns (bytes memory) {
        return _of(4, person, filing, abi.encodePacked(reason, uint40(0), uint40(0)));
    }

    /// @dev An entry of the kinds from 2 on about the first loan of a filing.
    function _of(uint8 kind, uint256 person, uint32 filing, bytes memory rest) private view returns (bytes memory) {
        bytes memory entry = abi.encodePacked(
            kind,
            uint8(0),
            bytes32((uint256(1) << 248) | person),
            platform,
            filing,
            uint8(0),
            uint32(NOW + 1),
            rest
        );
        return abi.encodePacked(uint16(entry.length), entry);
    }
}

/// @notice Somebody without a role.
contract Stranger {
    function tries(ISandbox sandbox, uint32 number) external returns (bool done) {
        try sandbox.stop(number, "mine") {
            done = true;
        } catch {}
        try sandbox.graduate(number) {
            done = true;
        } catch {}
    }
}
