// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CoolingOff} from "../rules/CoolingOff.sol";
import {Rate} from "../rules/Rate.sol";
import {Withdrawal} from "../rules/Withdrawal.sol";
import {Book, BookWords} from "./Book.sol";
import {Chains} from "./Chains.sol";
import {Conducts} from "./Conducts.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {Payments} from "./Payments.sol";
import {RateCap} from "./RateCap.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {Servicing} from "./Servicing.sol";
import {RegistryState} from "./State.sol";

/// @title Judging a `Closed` for another reason than repaid: refinanced, withdrawn, voided, written off, forgiven
/// @notice `docs/spec/protocol.md`, section 6. Rare beside the others, which {Servicing} judges.
library Ending {
    using Context for FilingContext;
    uint256 private constant HEAD = Loans.HEAD;

    /// @notice Judges the event in [start, end) of calldata and, unless it is refused, applies it.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        uint256 finding = Entry.readEvent(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);
        uint256 detail = Loans.detailOf(n, book);
        uint256 left = Servicing.paidDown(n, detail, e.principal);
        if (e.reason != Entry.WRITTEN_OFF) _close(c, e, n, book, detail, left);
        else finding = _writeOff(c, e, n, book, detail, left);
        if (finding != 0) return Decision.refusal(finding);
        if (e.reason == Entry.REFINANCED) {
            Chains.finish(state, e.borrower, n.word, detail, e.charges, Loans.holderOf(n));
        }
        if (e.reason == Entry.WRITTEN_OFF && left != 0 && !Loans.isChargedOff(n)) _default(state, e, n, book);
        return Servicing.decide(c, n, start, end);
    }

    /// @dev A loan that is written off stays, as charged off, while something is outstanding.
    /// @return finding That refuses it, or zero.
    function _writeOff(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private returns (uint256 finding) {
        if (left == 0) {
            Payments.judge(c, e, n, detail, true);
            Servicing.takeOut(c, n, book, n.head);
            return 0;
        }
        bool isHead = n.place == HEAD;
        // The head has no place for its date, so that it moves to a slot.
        if (isHead && Book.count(n.head) == Book.SLOTS) return Decision.FULL;
        uint256 word = n.word & ~Book.UNCONFIRMED;
        // Without a payment there is nothing to judge.
        bool pays = e.principal | e.charges != 0;
        if (pays) {
            (finding, detail) = Servicing.withPayment(c, e, n, detail, left);
            if (finding != 0) return finding;
            word |= Book.DETAILED;
        }
        if (isHead) {
            uint256 slot = Book.slotOfHead(word) | Book.CHARGED_OFF;
            Ledger.store(book, c.predecessor, Ledger.append(book, Book.withoutLoan(n.head), slot, detail));
        } else {
            if (pays) book.details[n.place] = detail;
            book.slots[n.place] = word | Book.CHARGED_OFF;
        }
    }

    /// @dev The borrower is in default. The book is stored already.
    function _default(RegistryState storage state, LoanEvent memory e, Named memory n, BookWords storage book) private {
        uint256 head = book.head;
        state.conducts[e.borrower] = Conducts.withDefault(Conducts.load(state, e.borrower, head), n.time);
        if (head & Book.CONDUCT == 0) book.head = head | Book.CONDUCT;
    }

    /// @dev Every other close: the loan leaves the state.
    function _close(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        BookWords storage book,
        uint256 detail,
        uint256 left
    ) private {
        Payments.judge(c, e, n, detail, true);
        uint256 reason = e.reason;
        bool clean = false;
        if (reason == Entry.VOIDED) clean = _isVoid(c, e, n, detail);
        else if (reason == Entry.WITHDRAWN) clean = _isWithdrawn(c, e, n, detail);
        if (left != 0 && (reason == Entry.REFINANCED || reason == Entry.WITHDRAWN)) n.findings |= Decision.SHORT;

        uint256 head = n.head;
        bool isHead = n.place == HEAD;
        if (clean) {
            if (isHead || n.word & Book.IN_RING != 0) head = c.withoutOpening(head, n.opened);
        } else if (isHead || n.word & Book.CHARGED_OFF == 0) {
            head = Book.withClosed(head, n.time);
        }
        Servicing.takeOut(c, n, book, head);
    }

    /// @dev Whether nothing was ever paid out, as far as what is on record says.
    function _isVoid(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail
    ) private view returns (bool clean) {
        bool paid = e.principal != 0 || Book.owed(detail) != Book.principal(n.word) || _isCharged(e, detail);
        // Unchecked: 32 bits each.
        unchecked {
            clean = !paid && n.time <= n.opened + c.confirmationWindow(Book.market(n.word));
        }
        if (!clean) n.findings |= Decision.WINDOW;
    }

    /// @dev Whether it was in time and cost nothing.
    function _isWithdrawn(
        FilingContext memory c,
        LoanEvent memory e,
        Named memory n,
        uint256 detail
    ) private view returns (bool) {
        bool exists = n.limits.exists();
        (bool inside, bool unknown) = exists ? _isInside(c, n) : (n.time <= n.opened, false);
        if (unknown) n.undetermined |= Decision.WITHDRAWAL;
        if (!inside) {
            n.findings |= Decision.WINDOW;
            return false;
        }
        if (exists) _withdrawal(c, e, n, detail);
        return !_isCharged(e, detail);
    }

    /// @dev Whether the event is within the withdrawal window: so many seconds, or the rest of the day and so many more.
    /// @return inside It is known to be.
    /// @return unknown The calendar doesn't say.
    function _isInside(FilingContext memory c, Named memory n) private view returns (bool inside, bool unknown) {
        uint256 window = n.limits.withdrawalWindow();
        uint256 mode = n.limits.withdrawalDays();
        // Unchecked: 32 bits each; days since 1970, of times since 2000.
        unchecked {
            if (mode == CoolingOff.SECONDS) return (n.time <= n.opened + window, false);
            (uint256 opened, uint256 day) = (c.dayOf(n.opened), c.dayOf(n.time));
            if (mode == CoolingOff.DAYS) return (day <= opened + window, false);
            // The window ends with the last of its business days: fewer are over before the event's day.
            (uint256 known, uint256 unsaid) = c.businessDays(opened, day - 1, window);
            inside = known + unsaid < window;
            return (inside, !inside && known < window);
        }
    }

    function _isCharged(LoanEvent memory e, uint256 detail) private pure returns (bool) {
        return Book.charges(detail) | Book.defaultCharges(detail) | e.charges != 0;
    }

    /// @dev WITHDRAWAL, inside its window.
    function _withdrawal(FilingContext memory c, LoanEvent memory e, Named memory n, uint256 detail) private view {
        Terms limits = n.limits;
        uint256 principal = Book.principal(n.word);
        // Unchecked: amounts of 38 bits; times, none before the opening.
        unchecked {
            uint256 charges = Book.charges(detail) + e.charges;
            if (charges == 0) return;
            uint256 allowed = 0;
            if (limits.withdrawalMode() == Withdrawal.PRO_RATA) {
                uint256 days_ = Payments.daysSince(n.opened, n.time);
                bool unknown = false;
                if (limits.on() & Decision.RATE != 0) {
                    uint256 rate = limits.rate();
                    uint256 point;
                    (point, unknown) = RateCap.pointAt(c, rate, n.opened);
                    uint256 whole = 1e9 * ((rate >> 232) & 0xffff);
                    allowed = Withdrawal.allowed(principal, Rate.capDown(rate, point), whole, days_);
                } else if (limits.on() & Decision.DAILY_COST != 0) {
                    allowed = Withdrawal.allowed(principal, limits.dailyShare(), 1e9, days_);
                } else {
                    unknown = true;
                }
                if (unknown) {
                    n.undetermined |= Decision.WITHDRAWAL;
                    return;
                }
            }
            if (charges > allowed) n.breaches |= Decision.WITHDRAWAL;
        }
    }
}
