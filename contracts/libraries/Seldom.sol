// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assignment} from "./Assignment.sol";
import {Complaints} from "./Complaints.sol";
import {Context, FilingContext, FilingFacts} from "./Context.sol";
import {Correction} from "./Correction.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Schedule} from "./Schedule.sol";
import {RegistryState} from "./State.sol";

/// @title Judging kinds of entries that are filed seldom: `Complained`, `Answered`, `Assigned`, `Corrected`
/// @notice Linked into {Lifecycle}, which is a contract's size without them, and called once for those
/// that follow each other.
library Seldom {
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
                uint256 kind = (frame >> 232) & 0xff;
                if (past > end || !Entry.isSeldom(kind)) break;
                c.index = index++;
                place = Decision.put(place, _judgeEntry(state, c, kind, start + 2, past));
                start = past;
            }
            Decision.finish(decisions, place);
        }
        return (decisions, start);
    }

    function _judgeEntry(
        RegistryState storage state,
        FilingContext memory c,
        uint256 kind,
        uint256 start,
        uint256 end
    ) private returns (uint256) {
        if (kind == Entry.COMPLAINED) return Complaints.complain(state, c, start, end);
        if (kind == Entry.ANSWERED) return Complaints.answer(state, c, start, end);
        if (kind == Entry.ASSIGNED) return Assignment.judge(state, c, start, end);
        return Correction.judge(state, c, start, end);
    }
}
