// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Cost} from "../rules/Cost.sol";
import {LicenceRule} from "../rules/Licence.sol";
import {Rollover} from "../rules/Rollover.sol";
import {Book, BookWords} from "./Book.sol";
import {Chains} from "./Chains.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {MonthlyPayment} from "./MonthlyPayment.sol";
import {Pilots} from "./Pilots.sol";
import {RateCap} from "./RateCap.sol";
import {LoanEvent, Named, Opening} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @notice An `Extended` beside what all events have, and what it leaves.
struct Extended {
    /// Minor units.
    uint256 fee;
    uint256 writeDown;
    /// Principal paid before it, as stated.
    uint256 paid;
    /// The loan's detail before.
    uint256 detail;
    /// What a linked loan has before it.
    uint256 renewals;
    /// Outstanding after the write-down.
    uint256 left;
    /// All charges then.
    uint256 charges;
}

/// @title Judging an `Extended`
/// @notice `docs/spec/protocol.md`, section 6. The new schedule is judged as that of a loan of what is left, less the fee.
library Extension {
    using Context for FilingContext;

    uint256 private constant DAY = 86_400;

    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256 decision) {
        LoanEvent memory e = c.loanEvent;
        Opening memory o = c.opening;
        Extended memory x;
        (decision, x.fee, x.writeDown, x.paid) = Entry.readExtended(e, o, start, end);
        if (decision != 0) return Decision.refusal(decision);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        decision = Loans.locate(c, e, n, book);
        if (decision != 0) return Decision.refusal(decision);
        if (Loans.isChargedOff(n)) return Decision.refusal(Decision.FORBIDDEN);
        bool question = e.flags & Entry.ASKED != 0;
        if (question && !n.limits.exists()) return Decision.refusal(Decision.NO_VERSION);

        x.detail = Loans.detailOf(n, book);
        if (x.detail & Book.LINKED != 0) x.renewals = Chains.renewalsOf(e.borrower, e.name);
        x.left = Book.owed(x.detail);
        if (x.writeDown > x.left) n.findings = Decision.EXCESS;
        // Unchecked: compared; and sums of amounts below 2^38.
        unchecked {
            x.left = x.writeDown > x.left ? 0 : x.left - x.writeDown;
            x.charges = Book.charges(x.detail) + x.fee;
        }
        if (x.charges > Book.U38) return Decision.refusal(Decision.WIDTH);
        decision = _decide(c, e, o, n, x, question);
        if (!Decision.isRefused(decision)) _enter(c, e, o, n, x, book);
    }

    function _decide(
        FilingContext memory c,
        LoanEvent memory e,
        Opening memory o,
        Named memory n,
        Extended memory x,
        bool question
    ) private view returns (uint256) {
        if (!n.limits.exists()) return Loans.onFact(n, 0);
        uint256 undetermined = _rules(c, e, o, n, x);
        if (!question) return Loans.onFact(n, undetermined);
        uint256 decision = Decision.onQuestion(n.limits.masks(), n.breaches, undetermined);
        return Decision.isRefused(decision) ? decision | (n.findings << 64) : Loans.onFact(n, undetermined);
    }

    /// @dev Adds to the breaches.
    function _rules(
        FilingContext memory c,
        LoanEvent memory e,
        Opening memory o,
        Named memory n,
        Extended memory x
    ) private view returns (uint256 undetermined) {
        Terms limits = n.limits;
        bool breach;
        bool unknown;
        if (x.left <= x.fee) {
            // Nothing is left to pay a schedule with.
            n.breaches |= Decision.RATE | Decision.DAILY_COST;
        } else {
            o.opened = n.opened;
            o.facts = Entry.factsOf(x.left);
            // Unchecked: just compared.
            unchecked {
                o.cash = x.left - x.fee;
            }
            (breach, unknown) = RateCap.judge(c, o, limits);
            n.breaches |= Decision.mark(breach, Decision.RATE_BIT);
            undetermined = Decision.mark(unknown, Decision.RATE_BIT);
            n.breaches |= Decision.mark(RateCap.breachesDaily(c, o, limits), Decision.DAILY_COST_BIT);
        }
        uint256 principal = Book.principal(n.word);
        // Unchecked: far from a word's end, and compared.
        unchecked {
            uint256 cost = x.charges + (o.offer.total > x.left ? o.offer.total - x.left : 0);
            n.breaches |= Decision.mark(Cost.breaches(limits, cost, 0, principal), Decision.COST_BIT);
            if (Entry.counts(e.flags)) {
                uint256 repaid = Book.owed(x.detail);
                repaid = principal > repaid ? principal - repaid : 0;
                (breach, unknown) = Rollover.judge(
                    limits,
                    Book.extensions(x.detail),
                    x.renewals,
                    x.paid < repaid ? x.paid : repaid,
                    principal
                );
                n.breaches |= Decision.mark(breach, Decision.ROLLOVER_BIT);
                undetermined |= Decision.mark(unknown, Decision.ROLLOVER_BIT);
            }
        }
        bool licensed = c.isLicensed(Book.product(n.word));
        n.breaches |= Decision.mark(LicenceRule.breaches(c.active, licensed), Decision.LICENCE_BIT);
    }

    function _enter(
        FilingContext memory c,
        LoanEvent memory e,
        Opening memory o,
        Named memory n,
        Extended memory x,
        BookWords storage book
    ) private {
        Pilots.changed(n.limits, e.borrower, Book.owed(x.detail), x.left, false, true);
        uint256 detail = Book.withAmounts(x.detail, x.left, x.charges);
        if (Entry.counts(e.flags)) detail = Book.withExtension(detail);
        if (n.limits.exists() && n.limits.payments()) {
            detail = Book.withMonthlyPayment(detail, MonthlyPayment.packUp(MonthlyPayment.largest(o.offer)));
        }
        Loans.putDetail(n, book, detail);
        // Unchecked: times of at most 2^54 seconds.
        unchecked {
            uint256 word = Book.withTerm(n.word, n.time - n.opened + o.offer.term);
            Loans.put(c, n, book, (word & ~Book.UNCONFIRMED) | Book.DETAILED);
        }
    }
}
