// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bars} from "./Bars.sol";
import {Conduct} from "./Conduct.sol";
import {Context, FilingContext, FilingFacts} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Modification} from "./Modification.sol";
import {Ending} from "./Ending.sol";
import {Entry} from "./Entry.sol";
import {Schedule} from "./Schedule.sol";
import {RegistryState} from "./State.sol";

/// @title Judging entries of the kinds 5 to 12, and closes that are neither repaid nor refinanced
/// @notice Linked into {Judge}, which calls it once for entries of these kinds that follow each other. {Modification} judges what changes
/// a loan, {Ending} such closes, {Conduct} what is between lender and borrower.
library Lifecycle {
    uint256 private constant MAX_ENTRIES = 256;

    /// @notice Judges the entries of these kinds that `entries` begin with.
    /// @param founding Whether the platform's founding window is open by now.
    /// @param entries Frames, the first of them whole and of one of these kinds.
    /// @param index Of the first one in its filing.
    /// @return decisions 12 bytes an entry.
    /// @return bytes_ So many bytes of `entries` they are.
    function judge(
        RegistryState storage state,
        FilingFacts calldata facts,
        bool founding,
        bytes calldata entries,
        uint256 index
    ) external returns (bytes memory decisions, uint256 bytes_) {
        FilingContext memory c = Context.begin(facts);
        c.founding = founding;
        uint256 start = Schedule.pointer(entries, 0);
        // Unchecked: places in calldata are far from a word's end.
        unchecked {
            uint256 past;
            (decisions, past) = _judgeAll(state, c, start, start + entries.length, index);
            return (decisions, past - start);
        }
    }

    function _judgeAll(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end,
        uint256 index
    ) private returns (bytes memory decisions, uint256) {
        // Unchecked: as above.
        unchecked {
            // A frame of one byte has three.
            uint256 most = (end - start) / 3 + 1;
            decisions = Decision.room(most > MAX_ENTRIES ? MAX_ENTRIES : most);
            uint256 place = Decision.first(decisions);
            while (index != MAX_ENTRIES) {
                uint256 frame = Schedule.read(start);
                uint256 past = start + 2 + (frame >> 240);
                if (past > end) break;
                uint256 kind = (frame >> 232) & 0xff;
                uint256 decision;
                // Arrears are filed most, and month after month.
                if (kind == Entry.OVERDUE) {
                    decision = Modification.overdue(state, c, (frame >> 224) & 0xff, start + 2, past);
                } else {
                    // {Judge} has looked at the first one.
                    if (place != Decision.first(decisions) && !Entry.isLater(kind, start + 2)) break;
                    c.index = index;
                    decision = _judgeEntry(state, c, kind, start + 2, past);
                }
                place = Decision.put(place, decision);
                start = past;
                index++;
            }
            Decision.finish(decisions, place);
        }
        return (decisions, start);
    }

    /// @notice BARRED of a loan that is being opened, for a borrower who has a conduct.
    /// @param barredDays Of the loan's version.
    /// @param opened When the loan counts as opened, UTC seconds.
    /// @param question Whether it was asked for beforehand.
    /// @return As in a decision: breaches in the high 32 bits, what is undetermined in the low.
    function barred(
        RegistryState storage state,
        bytes32 borrower,
        uint256 barredDays,
        uint256 opened,
        bool question
    ) external view returns (uint256) {
        return Bars.about(state, borrower, barredDays, opened, question);
    }

    function _judgeEntry(
        RegistryState storage state,
        FilingContext memory c,
        uint256 kind,
        uint256 start,
        uint256 end
    ) private returns (uint256) {
        // Unchecked: one of twelve kinds.
        unchecked {
            if ((1 << kind) & Entry.MODIFICATIONS != 0) return Modification.judge(state, c, kind, start, end);
        }
        if (kind == Entry.CLOSED) return Ending.judge(state, c, start, end);
        return Conduct.judge(state, c, kind, start, end);
    }
}
