// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILicences} from "../interfaces/ILicences.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {IRulebook} from "../interfaces/IRulebook.sol";
import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Origination} from "./Origination.sol";
import {Schedule} from "./Schedule.sol";
import {Servicing} from "./Servicing.sol";
import {RegistryState} from "./State.sol";

/// @notice What is known of a filing before its entries are read.
struct FilingFacts {
    ILicences licences;
    IRulebook rulebook;
    IRegistry predecessor;
    uint256 platform;
    uint256 number;
    uint256 group;
    /// The platform may open loans.
    bool active;
    /// UTC seconds until which its founding window is open, unless a request has closed it.
    uint256 foundingUntil;
    bool foundingClosed;
}

/// @title Judging a filing's entries
/// @notice Stateless code that the Registry runs on its own state, once a filing: a contract of its own, linked at deployment,
/// because both together exceed the size of one. {Origination} judges loans, {Servicing} what happens to them.
library Judge {
    uint256 private constant DECISION_BYTES = 12;
    uint256 private constant MAX_ENTRIES = 256;
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
        FilingContext memory c = _contextOf(facts);
        // Unchecked: places in calldata are far from a word's end.
        unchecked {
            uint256 start = Schedule.pointer(entries, 0);
            uint256 end = start + entries.length;
            // A frame has two bytes at least. One word more, because decisions are written a word at a time.
            uint256 most = (entries.length + 1) / 2;
            if (most > MAX_ENTRIES + 1) most = MAX_ENTRIES + 1;
            decisions = new bytes(DECISION_BYTES * most + 32);

            uint256 count = 0;
            while (start < end) {
                uint256 from = start + 2;
                start = from + (Schedule.read(start) >> 240);
                uint256 decision;
                if (start > end || count == MAX_ENTRIES) {
                    start = end;
                    decision = Decision.refusal(Decision.MALFORMED);
                } else {
                    c.index = count;
                    decision = _judgeEntry(state, c, from, start);
                }
                _write(decisions, DECISION_BYTES * count, decision);
                count++;
            }
            _shorten(decisions, DECISION_BYTES * count);
        }
        return (decisions, c.foundingClosed);
    }

    function _contextOf(FilingFacts calldata facts) private view returns (FilingContext memory c) {
        c.licences = facts.licences;
        c.rulebook = facts.rulebook;
        c.predecessor = facts.predecessor;
        c.time = block.timestamp;
        c.platform = facts.platform;
        c.number = facts.number;
        c.group = facts.group;
        c.active = facts.active;
        c.foundingClosed = facts.foundingClosed;
        c.founding = !facts.foundingClosed && block.timestamp <= facts.foundingUntil;
        c.exposure.groups = new uint256[](LOANS);
        c.exposure.lines = new uint256[](LOANS);
    }

    function _judgeEntry(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) private returns (uint256) {
        uint256 kind = start == end ? 0 : Schedule.read(start) >> 248;
        if (kind == Entry.OPENED) return Origination.judge(state, c, start, end);
        if (kind >= Entry.DISBURSED && kind <= Entry.CLOSED) return Servicing.judge(state, c, start, end);
        return Decision.refusal(Entry.isWhole(start, end) ? Decision.UNSUPPORTED : Decision.MALFORMED);
    }

    /// @dev Writes the 12 bytes of a decision. What follows them in the word is overwritten by the next one, or cut off. The
    /// plain equivalent, 12 times `bytes[i] = …`, costs some 900 gas an entry more.
    function _write(bytes memory decisions, uint256 place, uint256 decision) private pure {
        assembly ("memory-safe") {
            mstore(add(add(decisions, 0x20), place), shl(160, decision))
        }
    }

    /// @dev Plain equivalent: a copy of the first `length` bytes.
    function _shorten(bytes memory decisions, uint256 length) private pure {
        assembly ("memory-safe") {
            mstore(decisions, length)
        }
    }
}
