// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {CustomFacts} from "../interfaces/IRule.sol";
import {Custom} from "../rules/Custom.sol";
import {Book} from "./Book.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Limits, Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {Pilots} from "./Pilots.sol";
import {Schedule} from "./Schedule.sol";
import {LoanEvent, Named} from "./Scratch.sol";

/// @title Rules that other contracts have a say in: PILOT and CUSTOM
/// @notice Linked into {Judge}, which is a contract's size without it and calls it for products alone that have one of these rules.
/// It runs as the registry, and so asks that for what it needs beside.
library Outside {
    uint256 private constant BORROWER = 2;
    /// Where the facts of an `Opened` begin, and the reference of a loan in all other entries.
    uint256 private constant FACTS = 34;

    /// @notice Asks both rules, decides, and tells the pilot unless the entry is refused.
    /// @param words A {Named}; of an `Opened` with no more than when it was opened, what the borrower owes in the market, and what all
    /// other rules made of it.
    /// @param entry Well-formed, of the first four kinds.
    // Its fields are written to.
    // solhint-disable-next-line gas-calldata-parameters
    function judge(uint256[17] memory words, bytes calldata entry) external returns (uint256) {
        Named memory n;
        // As in {Asking-ask}.
        assembly ("memory-safe") {
            n := words
        }
        n.limits = Limits.part(n.first, n.ninth, n.tenth);
        uint256 start = Schedule.pointer(entry, 0);
        uint256 kind = Schedule.read(start) >> 248;
        if (kind != Entry.DISBURSED) {
            uint256 on = n.limits.on();
            if (on & Decision.CUSTOM != 0) _custom(n, kind, start, entry);
            if (kind == Entry.OPENED) return _opened(n, start);
            if (on & Decision.PILOT != 0) _serviced(n, start, entry.length);
        }
        return Loans.onFact(n, n.undetermined);
    }

    function _custom(Named memory n, uint256 kind, uint256 start, bytes calldata entry) private view {
        CustomFacts memory told;
        told.blockTime = block.timestamp;
        told.platform = n.platform;
        told.group = IRegistry(address(this)).licences().groupOf(uint24(n.platform));
        told.opened = n.opened;
        told.outstanding = n.owed;
        told.openLoans = n.openLoans;
        uint256 facts = _facts(start);
        if (kind == Entry.OPENED) (told.time, told.product, told.loan) = (n.opened, Entry.product(facts), n.loan);
        else (told.time, told.product, told.loan) = (n.time, Book.product(n.word), facts >> 192);
        (bool breach, bool unknown) = Custom.judge(n.limits, entry, told);
        n.breaches |= Decision.mark(breach, Decision.CUSTOM_BIT);
        n.undetermined |= Decision.mark(unknown, Decision.CUSTOM_BIT);
    }

    function _opened(Named memory n, uint256 start) private returns (uint256 decision) {
        Terms limits = n.limits;
        bytes32 borrower;
        // Unchecked: a place in calldata is far from a word's end.
        unchecked {
            borrower = bytes32(Schedule.read(start + BORROWER));
        }
        uint256 facts = _facts(start);
        bool isPilot = limits.on() & Decision.PILOT != 0;
        if (isPilot) {
            bool breach = Pilots.breaches(limits, borrower, facts, n.platform, n.opened);
            n.breaches |= Decision.mark(breach, Decision.PILOT_BIT);
        }
        decision =
            (Schedule.read(start) >> 240) & Entry.BASIS == Entry.REQUEST
                ? Decision.onQuestion(limits.masks(), n.breaches, n.undetermined)
                : Loans.onFact(n, n.undetermined);
        if (isPilot && !Decision.isRefused(decision)) Pilots.opened(limits, borrower, Entry.principal(facts));
    }

    function _serviced(Named memory n, uint256 start, uint256 length) private {
        LoanEvent memory e;
        // Unchecked: as above.
        unchecked {
            Entry.readEvent(e, start, start + length);
        }
        Pilots.serviced(n.limits, e, n.owed, Loans.isChargedOff(n));
    }

    /// @dev Those of an `Opened`; of other kinds the reference of the loan, and more.
    function _facts(uint256 start) private pure returns (uint256) {
        // Unchecked: as above.
        unchecked {
            return Schedule.read(start + FACTS);
        }
    }
}
