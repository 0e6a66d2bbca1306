// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Arrears} from "./Arrears.sol";
import {Bars} from "./Bars.sol";
import {Contacts} from "./Contacts.sol";
import {Context, FilingContext, FilingFacts} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Ending} from "./Ending.sol";
import {Entry} from "./Entry.sol";
import {Extension} from "./Extension.sol";
import {Schedule} from "./Schedule.sol";
import {Seldom} from "./Seldom.sol";
import {RegistryState} from "./State.sol";

/// @title Judging entries of the kinds 5 to 12, and closes for other reasons than repaid
/// @notice Linked into {Judge}, which calls it once for entries of these kinds that follow each other. What is filed
/// seldom it hands on to {Seldom}.
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
            (decisions, past) = _judgeAll(state, c, facts, start, start + entries.length, index);
            return (decisions, past - start);
        }
    }

    function _judgeAll(
        RegistryState storage state,
        FilingContext memory c,
        FilingFacts calldata facts,
        uint256 start,
        uint256 end,
        uint256 index
    ) private returns (bytes memory decisions, uint256) {
        // Unchecked: as above.
        unchecked {
            decisions = _room(end - start);
            uint256 place = Decision.first(decisions);
            while (index != MAX_ENTRIES) {
                uint256 frame = Schedule.read(start);
                uint256 past = start + 2 + (frame >> 240);
                if (past > end) break;
                uint256 kind = (frame >> 232) & 0xff;
                // Arrears are filed most, and month after month.
                if (kind == Entry.OVERDUE) {
                    place = Decision.put(place, Arrears.judge(state, c, (frame >> 224) & 0xff, start + 2, past));
                } else if (Entry.isSeldom(kind)) {
                    bytes memory judged;
                    (judged, past) = _handOn(state, c, facts, start, end, index);
                    place = Decision.putAll(place, judged);
                    index += judged.length / Decision.BYTES;
                    start += past;
                    continue;
                } else {
                    // {Judge} has looked at the first one.
                    if (place != Decision.first(decisions) && !Entry.isLater(kind, start + 2)) break;
                    place = Decision.put(place, _judgeEntry(state, c, kind, start + 2, past));
                }
                start = past;
                index++;
            }
            Decision.finish(decisions, place);
        }
        return (decisions, start);
    }

    /// @dev Decisions of the entries that so many bytes may be.
    function _room(uint256 length) private pure returns (bytes memory) {
        // Unchecked: as above. A frame of one byte has three.
        unchecked {
            uint256 most = length / 3 + 1;
            return Decision.room(most > MAX_ENTRIES ? MAX_ENTRIES : most);
        }
    }

    /// @dev Has {Seldom} judge the entry at `start` and all of its kinds that follow it.
    function _handOn(
        RegistryState storage state,
        FilingContext memory c,
        FilingFacts calldata facts,
        uint256 start,
        uint256 end,
        uint256 index
    ) private returns (bytes memory, uint256) {
        return Seldom.judge(state, facts, c.founding, Schedule.slice(start, end), index);
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
        if (kind == Entry.EXTENDED) return Extension.judge(state, c, start, end);
        if (kind == Entry.CLOSED) return Ending.judge(state, c, start, end);
        if (kind == Entry.CONTACTED) return Contacts.judge(state, c, start, end);
        return Bars.judge(state, c, start, end);
    }
}
