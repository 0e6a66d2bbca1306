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
    /// @param entries Whole frames, each of an entry of these kinds.
    /// @param index Of the first one in its filing.
    /// @return decisions 12 bytes an entry.
    function judge(
        RegistryState storage state,
        FilingFacts calldata facts,
        bytes calldata entries,
        uint256 index
    ) external returns (bytes memory decisions) {
        FilingContext memory c = Context.begin(facts);
        // Unchecked: places in calldata are far from a word's end.
        unchecked {
            uint256 start = Schedule.pointer(entries, 0);
            uint256 end = start + entries.length;
            // None of these kinds has fewer bytes.
            decisions = Decision.room(entries.length / 3 + 1);
            uint256 count = 0;
            while (start < end) {
                uint256 from = start + 2;
                start = from + (Schedule.read(start) >> 240);
                c.index = index + count;
                Decision.write(decisions, count, _judgeEntry(state, c, from, start));
                count++;
            }
            Decision.shorten(decisions, count);
        }
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
        uint256 start,
        uint256 end
    ) private returns (uint256) {
        uint256 kind = Schedule.read(start) >> 248;
        // Unchecked: one of twelve kinds.
        unchecked {
            if ((1 << kind) & Entry.MODIFICATIONS != 0) return Modification.judge(state, c, kind, start, end);
        }
        if (kind == Entry.CLOSED) return Ending.judge(state, c, start, end);
        return Conduct.judge(state, c, kind, start, end);
    }
}
