// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Amount} from "../rules/Amount.sol";
import {CoolingOff} from "../rules/CoolingOff.sol";
import {Cost} from "../rules/Cost.sol";
import {Deduction} from "../rules/Deduction.sol";
import {Disclosure} from "../rules/Disclosure.sol";
import {Frequency} from "../rules/Frequency.sol";
import {Future} from "../rules/Future.sol";
import {Late} from "../rules/Late.sol";
import {LicenceRule} from "../rules/Licence.sol";
import {MarketCap} from "../rules/MarketCap.sol";
import {OpenLoans} from "../rules/OpenLoans.sol";
import {PlatformCap} from "../rules/PlatformCap.sol";
import {Rate} from "../rules/Rate.sol";
import {Term} from "../rules/Term.sol";
import {Book, BookWords} from "./Book.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Limits} from "./Limits.sol";
import {Opening} from "./Opening.sol";
import {RegistryState} from "./State.sol";

/// @title Judging an `Opened`
/// @notice `docs/spec/protocol.md`, section 6.
library Origination {
    using Context for FilingContext;
    using Limits for uint256[10];

    /// @notice Judges the `Opened` in [start, end) of calldata and, unless it is refused, enters the loan.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256 decision) {
        Opening memory o = c.opening;
        uint256 finding = Entry.readOpened(o, start, end);
        if (finding != 0) return Decision.refusal(finding);
        if (o.basis == Entry.REQUEST) {
            // The first well-formed request closes the founding window for good, even one that is refused.
            c.founding = false;
            c.foundingClosed = true;
        } else if (o.basis == Entry.FOUNDED && !c.founding) {
            return Decision.refusal(Decision.NOT_FOUNDING);
        }
        if (o.laterDraw && !_isOwnLine(state, c, o)) return Decision.refusal(Decision.NO_LOAN);

        (uint256 breaches, uint256[10] memory limits) = _place(c, o);
        if (!limits.exists() && o.basis == Entry.REQUEST) return Decision.refusal(Decision.NO_VERSION);

        BookWords storage book;
        (book, o.head) = Ledger.load(state, c.predecessor, o.borrower);
        _walk(c, o, book, limits);
        if (_slotsNeeded(o) > Book.SLOTS) return Decision.refusal(Decision.FULL);

        if (limits.exists()) decision = _rules(c, o, limits, breaches);
        else decision = Decision.onFact(0, Decision.NO_VERSION, 0, 0);
        if (Decision.isRefused(decision)) return decision;
        (uint256 loan, uint256 detail) = _loanOf(c, o, limits);
        _enter(state, c, o, book, loan, detail);
    }

    /// @dev The loan's time and the limits that judge it; whether it is late or ahead of time.
    function _place(
        FilingContext memory c,
        Opening memory o
    ) private view returns (uint256 breaches, uint256[10] memory limits) {
        // Unchecked: 40 bits at most, and subtracted only where the difference is positive.
        unchecked {
            uint256 time = o.time;
            limits = c.limitsAt(o.product, o.kind, c.time);
            o.opened = time < c.time ? time : c.time;
            if (limits.exists()) {
                if (Future.breaches(time, limits.clockSkew(), c.time)) breaches = Decision.FUTURE;
                if (o.basis != Entry.FOUNDED) {
                    uint256 window = limits.reportingWindow();
                    if (o.basis == Entry.OUTAGE) {
                        window = o.deadline > time ? o.deadline - time : 0;
                        if (window > limits.outageWindow()) window = limits.outageWindow();
                    }
                    if (Late.breaches(time, window, c.time)) {
                        breaches |= Decision.LATE;
                        o.opened = c.time - window;
                    }
                }
            }
            // Mostly no version began between the two: the look-up is then a comparison.
            if (o.opened != c.time) limits = c.limitsAt(o.product, o.kind, o.opened);
        }
    }

    // The borrower's book

    /// @dev Adds up the borrower's loans in the product's market, and takes lapsed ones out of `o.head`.
    function _walk(
        FilingContext memory c,
        Opening memory o,
        BookWords storage book,
        uint256[10] memory limits
    ) private view {
        o.lapsed = 0;
        o.outstanding = 0;
        o.groupOutstanding = 0;
        o.openLoans = 0;
        o.lineOpen = false;
        o.groupCount = 0;
        o.lineCount = 0;
        uint256 head = o.head;
        if (head & Book.PRESENT != 0) {
            if (head & Book.UNCONFIRMED != 0 && _isLapsed(c, head, Book.newest(head))) {
                head = Book.withoutLoan(c.withoutOpening(head, Book.newest(head)));
                o.head = head;
            } else if (Book.market(head) == o.product >> 6) {
                _add(c, o, limits, head, Book.platform(head));
                o.openLoans++;
            }
        }
        // Unchecked: counted down from a number of slots.
        unchecked {
            for (uint256 k = Book.count(head); k != 0;) {
                uint256 slot = book.slots[--k];
                if (slot & Book.UNCONFIRMED != 0 && _isLapsed(c, slot, Book.opened(slot))) {
                    o.lapsed |= 1 << k;
                    if (slot & Book.IN_RING != 0) o.head = c.withoutOpening(o.head, Book.opened(slot));
                } else if (Book.market(slot) == o.product >> 6) {
                    if (slot & Book.CHARGED_OFF == 0) _addSlot(c, o, limits, slot);
                    else _addChargedOff(c, o, limits, slot);
                }
            }
        }
    }

    function _isLapsed(FilingContext memory c, uint256 word, uint256 opened) private view returns (bool) {
        // Unchecked: 32 bits each.
        unchecked {
            return c.time > opened + c.confirmationWindow(Book.market(word));
        }
    }

    /// @dev Adds an open loan to the sums, and its group to those with an open loan.
    function _add(
        FilingContext memory c,
        Opening memory o,
        uint256[10] memory limits,
        uint256 word,
        uint256 holder
    ) private view {
        // Unchecked: 32 loans of less than 2^38.
        unchecked {
            uint256 outstanding = Book.outstanding(word);
            o.outstanding += outstanding;
            // Groups of other platforms are a call each: only if a rule asks for them.
            if (limits.on() & (Decision.PLATFORM_CAP | Decision.OPEN_LOANS) == 0) return;
            uint256 group = c.groupOf(holder);
            if (group == c.group) o.groupOutstanding += outstanding;
            else if (limits.maxLenders() != 0) o.groupCount = _include(o.groups, o.groupCount, group);
        }
    }

    function _addSlot(FilingContext memory c, Opening memory o, uint256[10] memory limits, uint256 slot) private view {
        _add(c, o, limits, slot, Book.holder(slot));
        // Unchecked: at most 32.
        unchecked {
            if (slot & Book.DRAW == 0) {
                o.openLoans++;
                return;
            }
            uint256 line = Book.lineName(slot);
            if (o.laterDraw && line == Entry.nameOf(o.line)) o.lineOpen = true;
            uint256 lines = _include(o.lines, o.lineCount, line);
            o.openLoans += lines - o.lineCount;
            o.lineCount = lines;
        }
    }

    /// @dev Charged off is still owed, but no open loan.
    function _addChargedOff(
        FilingContext memory c,
        Opening memory o,
        uint256[10] memory limits,
        uint256 slot
    ) private view {
        // Unchecked: 32 loans of less than 2^38.
        unchecked {
            uint256 outstanding = Book.outstanding(slot);
            o.outstanding += outstanding;
            if (limits.on() & Decision.PLATFORM_CAP == 0) return;
            if (c.groupOf(Book.holder(slot)) == c.group) o.groupOutstanding += outstanding;
        }
    }

    /// @dev Puts a value in a set of `length` values, which has room for one more.
    function _include(uint256[] memory set, uint256 length, uint256 value) private pure returns (uint256) {
        // Unchecked: at most 32.
        unchecked {
            for (uint256 i = 0; i < length; i++) if (set[i] == value) return length;
            set[length] = value;
            return length + 1;
        }
    }

    /// @dev The slots in use once the loan is entered.
    function _slotsNeeded(Opening memory o) private pure returns (uint256 slots) {
        // Unchecked: at most 33.
        unchecked {
            slots = Book.count(o.head);
            for (uint256 lapsed = o.lapsed; lapsed != 0; lapsed &= lapsed - 1) slots--;
            bool newest = o.opened >= Book.newest(o.head) && !o.laterDraw;
            if (newest && o.head & Book.PRESENT != 0) slots++;
            if (!newest || o.firstDraw) slots++;
        }
    }

    // Rules

    function _rules(
        FilingContext memory c,
        Opening memory o,
        uint256[10] memory limits,
        uint256 breaches
    ) private view returns (uint256) {
        uint256 on = limits.on();
        uint256 undetermined = 0;
        bool breach;
        bool unknown;
        if (on & Decision.RATE != 0) {
            (breach, unknown) = _rate(c, o, limits);
            if (breach) breaches |= Decision.RATE;
            if (unknown) undetermined |= Decision.RATE;
        }
        if (on & Decision.COST != 0 && Cost.breaches(limits, o.total, o.cash, o.principal)) breaches |= Decision.COST;
        if (Deduction.breaches(o.cash, o.principal)) breaches |= Decision.DEDUCTION;
        if (Amount.breaches(limits, o.principal)) breaches |= Decision.AMOUNT;
        if (Term.breaches(limits, o.term)) breaches |= Decision.TERM;
        if (PlatformCap.breaches(limits, o.groupOutstanding, o.principal)) breaches |= Decision.PLATFORM_CAP;
        if (MarketCap.breaches(limits, o.outstanding, o.principal)) breaches |= Decision.MARKET_CAP;
        // Unchecked: at most 32 each.
        unchecked {
            if (OpenLoans.breaches(limits, o.lineOpen ? o.openLoans : o.openLoans + 1, o.groupCount + 1)) {
                breaches |= Decision.OPEN_LOANS;
            }
        }
        if (!o.laterDraw) {
            (breach, unknown) = CoolingOff.judge(limits, o.opened, Book.lastClosed(o.head), o.basis == Entry.REQUEST);
            if (breach) breaches |= Decision.COOLING_OFF;
            if (unknown) undetermined |= Decision.COOLING_OFF;
            if (on & Decision.FREQUENCY != 0 && Book.newest(o.head) != 0) {
                (breach, unknown) = Frequency.judge(
                    limits,
                    Book.ring(o.head),
                    c.dayOf(Book.newest(o.head)),
                    c.dayOf(o.opened)
                );
                if (breach) breaches |= Decision.FREQUENCY;
                if (unknown) undetermined |= Decision.FREQUENCY;
            }
        }
        (breach, unknown) = Disclosure.judge(limits, o.disclosed, o.time);
        if (breach) breaches |= Decision.DISCLOSURE;
        if (unknown) undetermined |= Decision.DISCLOSURE;
        if (LicenceRule.breaches(c.active, c.isLicensed(o.product))) breaches |= Decision.LICENCE;
        if (o.basis == Entry.REQUEST) return Decision.onQuestion(limits[0], breaches, undetermined);
        return Decision.onFact(limits[0], 0, breaches, undetermined);
    }

    function _rate(
        FilingContext memory c,
        Opening memory o,
        uint256[10] memory limits
    ) private view returns (bool breach, bool unknown) {
        uint256 rate = limits.rate();
        uint256 point = 0;
        if (Rate.series(rate) != 0) {
            uint256 publishedAt;
            (point, publishedAt) = c.referenceAt(Rate.series(rate), o.opened);
            // Unchecked: the point was published at or before the loan's opening.
            unchecked {
                if (publishedAt == 0 || o.opened - publishedAt > Rate.maxAge(rate)) return (false, true);
            }
        }
        return (
            Rate.breaches(
                msg.data,
                o.schedule,
                Rate.opening(o.cash, o.principal, o.payments),
                Rate.capDown(rate, point),
                rate,
                limits.discounts()
            ),
            false
        );
    }

    // Entering the loan

    /// @dev The loan's word, and its detail where the cash is below the principal: a deduction is a charge.
    function _loanOf(
        FilingContext memory c,
        Opening memory o,
        uint256[10] memory limits
    ) private pure returns (uint256 loan, uint256 detail) {
        loan = Book.loan(o.principal, o.term, o.product, Book.nameOf(c.platform, c.number, c.index));
        if (o.basis == Entry.REQUEST && limits.confirm()) loan |= Book.UNCONFIRMED;
        if (o.cash < o.principal) {
            loan |= Book.DETAILED;
            // Unchecked: just compared.
            unchecked {
                detail = Book.detail(o.principal, o.principal - o.cash);
            }
        }
    }

    function _enter(
        RegistryState storage state,
        FilingContext memory c,
        Opening memory o,
        BookWords storage book,
        uint256 loan,
        uint256 detail
    ) private {
        uint256 head = o.lapsed == 0 ? o.head : _removeLapsed(o, book);
        bool newest = !o.laterDraw && o.opened >= Book.newest(head);
        if (newest && head & Book.PRESENT != 0) head = Ledger.moveHead(book, head);
        if (!o.laterDraw) head = c.withOpening(head, o.opened);
        if (newest && !o.firstDraw) {
            if (detail != 0) book.detail = detail;
            head |= loan | Book.PRESENT;
        } else {
            loan = Book.slot(loan, o.laterDraw ? 0 : Book.IN_RING, o.opened, o.principal);
            if (o.laterDraw) loan = Book.withLine(loan, Entry.nameOf(o.line));
            else if (o.firstDraw) loan = _withNewLine(state, c, o, loan);
            head = Ledger.append(book, head, loan, detail);
        }
        Ledger.store(book, c.predecessor, head);
    }

    /// @dev Takes the slots of lapsed loans out of storage: `o.head` is without them but for its count.
    function _removeLapsed(Opening memory o, BookWords storage book) private returns (uint256 head) {
        // Unchecked: `lapsed` has bits below the number of slots only.
        unchecked {
            head = o.head;
            for (uint256 k = Book.count(head); k != 0;) {
                if ((o.lapsed >> --k) & 1 != 0) head = Ledger.remove(book, head, k);
            }
        }
    }

    /// @dev A first draw begins a line of its own name.
    function _withNewLine(
        RegistryState storage state,
        FilingContext memory c,
        Opening memory o,
        uint256 slot
    ) private returns (uint256) {
        uint256 ref = (c.platform << 40) | (c.number << 8) | c.index;
        state.lines[Ledger.lineKey(o.borrower, ref)] = o.opened;
        return Book.withLine(slot, Entry.nameOf(ref));
    }

    /// @dev A later draw's line must be one of this borrower with this platform.
    function _isOwnLine(
        RegistryState storage state,
        FilingContext memory c,
        Opening memory o
    ) private view returns (bool) {
        return o.line >> 40 == c.platform && Ledger.hasLine(state, c.predecessor, o.borrower, o.line);
    }
}
