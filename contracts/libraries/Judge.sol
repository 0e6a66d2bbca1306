// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Context, FilingContext, FilingFacts} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Lifecycle} from "./Lifecycle.sol";
import {Origination} from "./Origination.sol";
import {Schedule} from "./Schedule.sol";
import {Servicing} from "./Servicing.sol";
import {RegistryState} from "./State.sol";

/// @title Judging a filing's entries
/// @notice Stateless code that the Registry runs on its own state, once a filing: a contract of its own, linked at deployment,
/// because both together exceed the size of one. {Origination} judges loans, {Servicing} what is paid on them, {Lifecycle} all else.
library Judge {
    uint256 private constant MAX_ENTRIES = 256;
    /// @dev No decision: the entry is {Lifecycle}'s.
    uint256 private constant LATER = 0;
    /// @dev Sets of a borrower's groups and lines have at most one value a loan.
    uint256 private constant LOANS = 32;

    /// @notice Splits entries into frames and judges each. Reverts for nothing that they say.
    /// @return decisions 12 bytes an entry.
    /// @return foundingClosed Whether a request of the platform has been mined by now.
    function judge(
        RegistryState storage state,
        FilingFacts calldata facts,
        bytes calldata entries
    ) external returns (bytes memory decisions, bool foundingClosed) {
        FilingContext memory c = Context.begin(facts);
        c.exposure.groups = new uint256[](LOANS);
        c.exposure.lines = new uint256[](LOANS);
        // Unchecked: places in calldata are far from a word's end.
        unchecked {
            uint256 start = Schedule.pointer(entries, 0);
            uint256 end = start + entries.length;
            // A frame has two bytes at least.
            uint256 most = (entries.length + 1) / 2;
            decisions = Decision.room(most > MAX_ENTRIES ? MAX_ENTRIES + 1 : most);

            uint256 count = 0;
            while (start < end) {
                uint256 frame = Schedule.read(start);
                uint256 next = start + 2 + (frame >> 240);
                if (next > end) break;
                if (count == MAX_ENTRIES) break;
                c.index = count;
                uint256 decision = _judgeEntry(state, c, (frame >> 232) & 0xff, start + 2, next);
                if (decision == LATER) {
                    (count, start) = _judgeRun(state, c, facts, decisions, count, start, end);
                    continue;
                }
                Decision.write(decisions, count, decision);
                start = next;
                count++;
            }
            // What is no frame, or too many, is one entry to the end.
            if (start < end) Decision.write(decisions, count++, Decision.refusal(Decision.MALFORMED));
            Decision.shorten(decisions, count);
        }
        return (decisions, c.foundingClosed);
    }

    /// @param kind The entry's first byte. One of no bytes has none, and whatever this is then, is too short for it.
    /// @return The decision, or LATER if it is of a later kind.
    function _judgeEntry(
        RegistryState storage state,
        FilingContext memory c,
        uint256 kind,
        uint256 start,
        uint256 end
    ) private returns (uint256) {
        if (kind == Entry.OPENED) return Origination.judge(state, c, start, end);
        // Unchecked: kinds below wrap around.
        unchecked {
            if (kind - Entry.DISBURSED <= Entry.CLOSED - Entry.DISBURSED) {
                if (kind == Entry.CLOSED) {
                    if (Entry.isRareClose(start)) return LATER;
                }
                return Servicing.judge(state, c, start, end);
            }
            if (kind - Entry.EXTENDED <= Entry.BARRED - Entry.EXTENDED) return LATER;
        }
        return Decision.refusal(Decision.MALFORMED);
    }

    /// @dev Has {Lifecycle} judge the entry at `start` and all that follow it without one for {Origination} or {Servicing} in between: the
    /// look-ups that it makes for itself are then made once.
    /// @return The entries judged so far, and where the next one is.
    function _judgeRun(
        RegistryState storage state,
        FilingContext memory c,
        FilingFacts calldata facts,
        bytes memory decisions,
        uint256 count,
        uint256 start,
        uint256 end
    ) private returns (uint256, uint256) {
        bytes calldata rest = Schedule.slice(start, end);
        (bytes memory judged, uint256 bytes_) = Lifecycle.judge(state, facts, c.founding, rest, count);
        Decision.copy(decisions, count, judged);
        // Unchecked: as above.
        unchecked {
            return (count + judged.length / Decision.BYTES, start + bytes_);
        }
    }
}
