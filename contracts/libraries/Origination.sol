// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Amount} from "../rules/Amount.sol";
import {CoolingOff} from "../rules/CoolingOff.sol";
import {Cost} from "../rules/Cost.sol";
import {Deduction} from "../rules/Deduction.sol";
import {Disclosure} from "../rules/Disclosure.sol";
import {Frequency} from "../rules/Frequency.sol";
import {Future} from "../rules/Future.sol";
import {Income} from "../rules/Income.sol";
import {Late} from "../rules/Late.sol";
import {LicenceRule} from "../rules/Licence.sol";
import {MarketCap} from "../rules/MarketCap.sol";
import {OpenLoans} from "../rules/OpenLoans.sol";
import {PlatformCap} from "../rules/PlatformCap.sol";
import {Streak} from "../rules/Streak.sol";
import {Term} from "../rules/Term.sol";
import {Asking} from "./Asking.sol";
import {Book, BookWords} from "./Book.sol";
import {Chain} from "./Chain.sol";
import {Chains} from "./Chains.sol";
import {Context, FilingContext} from "./Context.sol";
import {Counts} from "./Counts.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Exposures} from "./Exposures.sol";
import {Ledger} from "./Ledger.sol";
import {Lifecycle} from "./Lifecycle.sol";
import {Terms} from "./Limits.sol";
import {MonthlyPayment} from "./MonthlyPayment.sol";
import {Openings} from "./Openings.sol";
import {RateCap} from "./RateCap.sol";
import {Ring} from "./Ring.sol";
import {Exposure, Offer, Opening} from "./Scratch.sol";
import {Staleness} from "./Staleness.sol";
import {RegistryState} from "./State.sol";

/// @title Judging an `Opened`
/// @notice `docs/spec/protocol.md`, section 6.
/// @dev Conditions that mostly fail are nested, here and in what judges payments: joined by `&&`, each part costs a jump, even after one
/// that fails.
library Origination {
    using Context for FilingContext;

    /// @dev Among breaches: what else was found.
    uint256 private constant FINDINGS_AT = 64;

    /// @notice Judges the `Opened` in [start, end) of calldata and, unless it is refused, enters the loan.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256 decision) {
        Opening memory o = c.opening;
        o.start = start;
        decision = Entry.readOpened(o, start, end);
        if (decision != 0) return Decision.refusal(decision);
        uint256 basis = o.flags & Entry.BASIS;
        if (basis == Entry.REQUEST) {
            // The first well-formed request closes the founding window for good, even one that is refused.
            c.founding = false;
            c.foundingClosed = true;
        } else if (basis == Entry.FOUNDED && !c.founding) {
            return Decision.refusal(Decision.NOT_FOUNDING);
        }
        if (o.flags & (Entry.LATER_DRAW | Entry.PREDECESSOR) != 0) {
            decision = _connect(state, c, o);
            if (decision != 0) return Decision.refusal(decision);
        }

        (uint256 breaches, Terms limits) = _place(c, o, basis);
        if (!limits.exists()) {
            if (basis == Entry.REQUEST) return Decision.refusal(Decision.NO_VERSION);
        }

        (BookWords storage book, uint256 head) = Ledger.load(state, c.predecessor, o.borrower);
        Exposure memory x = c.nothing;
        if (head & Book.ANY_LOAN != 0) {
            x = c.exposure;
            head = Exposures.addUp(c, o, x, book, head, limits);
            if (_isFull(o, x, head)) return Decision.refusal(Decision.FULL);
        }
        if (Book.newest(head) != 0) _placeInTime(c, o, head, x.anyOpen);

        o.barred = 0;
        if (head & Book.CONDUCT != 0) {
            if (limits.exists() && limits.on() & Decision.BARRED != 0) {
                o.barred = Lifecycle.barred(state, o.borrower, limits.barredDays(), o.opened, basis == Entry.REQUEST);
            }
        }
        if (o.flags & Entry.PREDECESSOR != 0) {
            if (limits.exists() && o.chain & Chain.RENEWAL != 0) {
                bool often = Chain.renewals(o.chain) > limits.rolloverMax();
                o.barred |= Decision.mark(often, Decision.ROLLOVER_BIT) << 32;
            }
        }
        decision =
            limits.exists() ? _rules(c, o, x, limits, head, breaches) : Decision.onFact(0, Decision.NO_VERSION, 0, 0);
        if (Decision.isRefused(decision)) return decision;
        if (x.apart != 0) head = _settleOthers(state, o, x, book, head);
        _enter(state, c, o, limits, book, head);
    }

    /// @dev The loan's time and the limits that judge it; whether it is late or ahead of time.
    function _place(
        FilingContext memory c,
        Opening memory o,
        uint256 basis
    ) private view returns (uint256 breaches, Terms limits) {
        // Unchecked: 40 bits at most, and subtracted only where the difference is positive.
        unchecked {
            uint256 time = Entry.time(o.facts);
            uint256 key = Context.keyOf(Entry.product(o.facts), o.borrower);
            uint256 opened = time < c.time ? time : c.time;
            if (c.key != key) c.lookUp(key);
            limits = c.limits;
            if (limits.exists()) {
                breaches = Decision.mark(Future.breaches(time, limits.clockSkew(), c.time), Decision.FUTURE_BIT);
                if (basis != Entry.FOUNDED) {
                    uint256 window = limits.reportingWindow();
                    if (basis == Entry.OUTAGE) {
                        window = o.deadline > time ? o.deadline - time : 0;
                        if (window > limits.outageWindow()) window = limits.outageWindow();
                    }
                    if (Late.breaches(time, window, c.time)) {
                        breaches |= Decision.LATE;
                        opened = c.time - window;
                    }
                }
            }
            o.opened = opened;
            if (opened < c.from) limits = c.limitsBefore(key, opened);
        }
    }

    /// @dev The opening's days, and whether it goes on with the streak of debt on record.
    function _placeInTime(FilingContext memory c, Opening memory o, uint256 head, bool anyOpen) private view {
        uint256 newest = Book.newest(head);
        uint256 day = c.dayOf(o.opened);
        uint256 newestDay = c.dayOf(newest);
        o.day = day;
        o.newestDay = newestDay;
        o.streakFirst = Ring.dayAt(Book.ring(head), newestDay, Book.streak(head));
        bool inStreak = anyOpen || o.opened < newest;
        // Only who owes nothing may have come to a streak's end.
        if (!inStreak) {
            uint256 closed = Book.lastClosed(head);
            if (closed != 0) closed = c.dayOf(closed);
            o.closedDay = closed;
            // Unchecked: a day is far from a word's end.
            unchecked {
                inStreak = day <= closed + 1;
            }
        }
        o.inStreak = inStreak;
    }

    /// @dev Whether there is no slot for one more loan.
    function _isFull(Opening memory o, Exposure memory x, uint256 head) private pure returns (bool) {
        // Unchecked: at most 33.
        unchecked {
            uint256 slots = Book.count(head);
            // A loan needs two at most: for itself, and for the head loan.
            if (slots + 2 <= Book.SLOTS) return false;
            for (uint256 lapsed = Exposures.lapsed(x); lapsed != 0; lapsed &= lapsed - 1) slots--;
            bool newest = o.flags & Entry.LATER_DRAW == 0 && o.opened >= Book.newest(head);
            if (newest && head & Book.PRESENT != 0) slots++;
            if (!newest || o.flags & Entry.FIRST_DRAW != 0) slots++;
            return slots > Book.SLOTS;
        }
    }

    /// @dev A later draw's line must be one of this borrower with this platform, and a loan's predecessor one of this borrower.
    /// @return finding Why it isn't, or zero.
    function _connect(
        RegistryState storage state,
        FilingContext memory c,
        Opening memory o
    ) private returns (uint256 finding) {
        if (o.flags & Entry.LATER_DRAW != 0) {
            bool own = o.line >> 40 == c.platform && Ledger.hasLine(state, c.predecessor, o.borrower, o.line);
            if (!own) return Decision.NO_LOAN;
        }
        if (o.flags & Entry.PREDECESSOR != 0) {
            uint256 chain = Chains.join(state, o.borrower, o.predecessor, c.platform);
            if (chain & Chain.EXISTS == 0) return chain;
            o.chain = chain;
        }
    }

    // Rules

    function _rules(
        FilingContext memory c,
        Opening memory o,
        Exposure memory x,
        Terms limits,
        uint256 head,
        uint256 breaches
    ) private returns (uint256) {
        (uint256 found, uint256 undetermined) = _loanRules(c, o, limits);
        breaches |= found | (o.barred >> 32);
        undetermined |= o.barred & type(uint32).max;
        uint256 unknown;
        (found, unknown) = _borrowerRules(c, o, x, limits, head);
        breaches |= found;
        undetermined |= unknown;
        if (Asking.isNeeded(limits.masks())) {
            found = Asking.aboutLoan(c, o, x, limits, breaches & Decision.RULES, undetermined);
            return Decision.withFinding(found, breaches >> FINDINGS_AT);
        }
        uint256 decision =
            o.flags & Entry.BASIS == Entry.REQUEST
                ? Decision.onQuestion(limits.masks(), breaches, undetermined)
                : Decision.onFact(limits.masks(), 0, breaches, undetermined);
        found = breaches >> FINDINGS_AT;
        return found == 0 ? decision : Decision.withFinding(decision, found);
    }

    /// @dev Whether the borrower has a loan, or had one lately: whoever asks looks at these twice. A line's draws count once.
    function _isSecondary(Opening memory o, Exposure memory x, Terms limits, uint256 head) private pure returns (bool) {
        if (o.flags & Entry.LATER_DRAW != 0) return false;
        if (x.anyOpen) return true;
        uint256 closed = Book.lastClosed(head);
        // Unchecked: 32 bits each.
        unchecked {
            return closed != 0 && closed <= o.opened && o.opened < closed + limits.secondaryWindow();
        }
    }

    /// @dev Rules on the loan by itself.
    function _loanRules(
        FilingContext memory c,
        Opening memory o,
        Terms limits
    ) private view returns (uint256 breaches, uint256 undetermined) {
        uint256 facts = o.facts;
        bool breach;
        bool unknown;
        Offer memory offer = o.offer;
        if (offer.judgedBy != Terms.unwrap(limits)) _judgeOffer(c, o, offer, limits);
        breaches = offer.breaches;
        if (RateCap.varies(limits)) {
            (breach, unknown) = RateCap.judge(c, o, limits);
            breaches |= Decision.mark(breach, Decision.RATE_BIT);
            undetermined = Decision.mark(unknown, Decision.RATE_BIT);
        }
        (breach, unknown) = Disclosure.judge(limits, Entry.disclosed(facts), Entry.time(facts));
        breaches |= Decision.mark(breach, Decision.DISCLOSURE_BIT);
        undetermined |= Decision.mark(unknown, Decision.DISCLOSURE_BIT);
    }

    /// @dev Rules on nothing but amounts, schedule and product.
    function _judgeOffer(FilingContext memory c, Opening memory o, Offer memory offer, Terms limits) private view {
        uint256 principal = Entry.principal(o.facts);
        uint256 cash = o.cash;
        uint256 breaches = 0;
        if (!RateCap.varies(limits)) {
            (bool breach, ) = RateCap.judge(c, o, limits);
            breaches = Decision.mark(breach, Decision.RATE_BIT);
        }
        breaches |= Decision.mark(Cost.breaches(limits, offer.total, cash, principal), Decision.COST_BIT);
        breaches |= Decision.mark(Deduction.breaches(cash, principal), Decision.DEDUCTION_BIT);
        breaches |= Decision.mark(Amount.breaches(limits, principal), Decision.AMOUNT_BIT);
        breaches |= Decision.mark(Term.breaches(limits, offer.term), Decision.TERM_BIT);
        breaches |= Decision.mark(RateCap.breachesDaily(c, o, limits), Decision.DAILY_COST_BIT);
        breaches |= Decision.mark(Streak.tooLong(limits, offer.term), Decision.STREAK_BIT);
        // The filing's platform and the offer's product are always the same.
        bool licensed = c.isLicensed(Entry.product(o.facts));
        breaches |= Decision.mark(LicenceRule.breaches(c.active, licensed), Decision.LICENCE_BIT);
        if (limits.payments() || limits.on() & Decision.INCOME != 0) offer.monthly = MonthlyPayment.largest(offer);
        offer.breaches = breaches;
        offer.judgedBy = Terms.unwrap(limits);
        _enterOffer(o, offer, limits);
    }

    /// @dev The loan's word and its detail, as far as they follow from the offer and the version.
    function _enterOffer(Opening memory o, Offer memory offer, Terms limits) private pure {
        uint256 principal = Entry.principal(o.facts);
        uint256 loan = Book.loan(principal, offer.term, Entry.product(o.facts));
        bool exists = limits.exists();
        bool payments = exists && limits.payments();
        uint256 detail = 0;
        if (exists && limits.confirm()) loan |= Book.UNCONFIRMED;
        if (o.cash < principal || payments) {
            loan |= Book.DETAILED;
            // A deduction is a charge. Unchecked: just compared.
            unchecked {
                detail = Book.detail(principal, o.cash < principal ? principal - o.cash : 0);
            }
            if (payments) detail = Book.withMonthlyPayment(detail, MonthlyPayment.packUp(offer.monthly));
        }
        offer.loan = loan;
        offer.detail = detail;
    }

    /// @dev Rules on what the borrower has already.
    function _borrowerRules(
        FilingContext memory c,
        Opening memory o,
        Exposure memory x,
        Terms limits,
        uint256 head
    ) private view returns (uint256 breaches, uint256 undetermined) {
        uint256 principal = Entry.principal(o.facts);
        bool breach = PlatformCap.breaches(limits, x.groupOutstanding, principal);
        breaches = Decision.mark(breach, Decision.PLATFORM_CAP_BIT);
        breach = MarketCap.breaches(limits, x.outstanding, principal);
        breaches |= Decision.mark(breach, Decision.MARKET_CAP_BIT);
        // Unchecked: at most 32 each.
        unchecked {
            breach = OpenLoans.breaches(limits, x.lineOpen ? x.openLoans : x.openLoans + 1, x.lenders + 1);
        }
        breaches |= Decision.mark(breach, Decision.OPEN_LOANS_BIT);
        if (x.apart != 0) {
            if (Exposures.anyStale(x)) breaches |= Decision.STALE << FINDINGS_AT;
        }
        if (limits.secondaryWindow() != 0) {
            if (_isSecondary(o, x, limits, head)) breaches |= Decision.SECONDARY << FINDINGS_AT;
        }
        bool unknown;
        if (limits.on() & Decision.INCOME != 0) {
            (breach, unknown) = _income(o, x, limits, principal);
            breaches |= Decision.mark(breach, Decision.INCOME_BIT);
            undetermined = Decision.mark(unknown, Decision.INCOME_BIT);
        }
        // A line's draws count once.
        if (o.flags & Entry.LATER_DRAW != 0) return (breaches, undetermined);
        (uint256 found, uint256 open) = _historyRules(c, o, limits, head);
        return (breaches | found, undetermined | open);
    }

    /// @dev Rules on when the borrower had loans before.
    function _historyRules(
        FilingContext memory c,
        Opening memory o,
        Terms limits,
        uint256 head
    ) private view returns (uint256 breaches, uint256 undetermined) {
        (bool breach, bool unknown) = _coolingOff(c, o, limits, Book.lastClosed(head));
        breaches = Decision.mark(breach, Decision.COOLING_OFF_BIT);
        undetermined = Decision.mark(unknown, Decision.COOLING_OFF_BIT);
        // Of a first loan there is no more to ask.
        if (Book.newest(head) == 0) return (breaches, undetermined);
        uint256 on = limits.on();
        if (on & Decision.STREAK != 0) {
            (breach, unknown) = _streak(o, limits);
            breaches |= Decision.mark(breach, Decision.STREAK_BIT);
            undetermined |= Decision.mark(unknown, Decision.STREAK_BIT);
        }
        if (on & Decision.FREQUENCY == 0) return (breaches, undetermined);
        (breach, unknown) = Frequency.judge(limits, Book.ring(head), o.newestDay, o.day);
        breaches |= Decision.mark(breach, Decision.FREQUENCY_BIT);
        undetermined |= Decision.mark(unknown, Decision.FREQUENCY_BIT);
    }

    /// @dev COOLING-OFF by seconds, or by days.
    function _coolingOff(
        FilingContext memory c,
        Opening memory o,
        Terms limits,
        uint256 lastClosed
    ) private view returns (bool breach, bool unknown) {
        if (limits.coolingMode() != CoolingOff.SECONDS) {
            if (limits.on() & Decision.COOLING_OFF != 0 && lastClosed != 0 && o.opened >= lastClosed) {
                (uint256 known, uint256 unsaid) = _daysSince(c, limits, lastClosed, o.opened);
                return CoolingOff.judgeDays(limits, known, unsaid);
            }
        }
        return CoolingOff.judge(limits, o.opened, lastClosed, o.flags & Entry.BASIS == Entry.REQUEST);
    }

    /// @dev Days of the kind that the cooling-off is counted in, and how many may be such ones.
    function _daysSince(
        FilingContext memory c,
        Terms limits,
        uint256 lastClosed,
        uint256 opened
    ) private view returns (uint256 known, uint256 unsaid) {
        (uint256 closed, uint256 day) = (c.dayOf(lastClosed), c.dayOf(opened));
        if (limits.coolingMode() == CoolingOff.DAYS) return (day > closed ? day - closed : 0, 0);
        return c.businessDays(closed, day, limits.coolingOff());
    }

    /// @dev STREAK of a borrower whose last opening is known.
    function _streak(Opening memory o, Terms limits) private pure returns (bool breach, bool unknown) {
        uint256 first = o.streakFirst;
        if (o.inStreak) return Streak.inside(limits, first, o.day, o.offer.term);
        return Streak.afterwards(limits, first, o.closedDay, o.day);
    }

    /// @dev What INCOME compares, by its mode.
    function _income(
        Opening memory o,
        Exposure memory x,
        Terms limits,
        uint256 principal
    ) private pure returns (bool breach, bool unknown) {
        if (o.flags & Entry.INCOME == 0) return (false, true);
        uint256 mode = limits.incomeMode();
        // Unchecked: 49 bits, and 32 times that.
        unchecked {
            if (mode == Income.PAYMENT) return Income.judge(limits, o.income, o.offer.monthly, false);
            if (mode == Income.PRINCIPAL) return Income.judge(limits, o.income, principal, false);
            if (mode == Income.ALL_PRINCIPAL) return Income.judge(limits, o.income, x.outstanding + principal, false);
            return Income.judge(limits, o.income, x.payments + o.offer.monthly, x.paymentsUnknown);
        }
    }

    // Entering the loan

    function _enter(
        RegistryState storage state,
        FilingContext memory c,
        Opening memory o,
        Terms limits,
        BookWords storage book,
        uint256 head
    ) private {
        uint256 flags = o.flags;
        if (flags & Entry.BASIS == Entry.OUTAGE) Counts.add(state, c.platform, Counts.OUTAGES_AT);
        Offer memory offer = o.offer;
        // Without a version nothing judged it.
        if (!limits.exists()) _enterOffer(o, offer, limits);
        uint256 loan = Book.withName(offer.loan, Book.nameOf(c.platform, c.number, c.index));
        uint256 detail = offer.detail;
        // Only a request is asked about before it is paid out.
        if (flags & Entry.BASIS != Entry.REQUEST) loan &= ~Book.UNCONFIRMED;
        if (flags & Entry.PREDECESSOR != 0) {
            state.chains[Ledger.lineKey(o.borrower, Entry.refOf(Book.name(loan)))] = o.chain;
            // A detail that there is isn't zero.
            detail = Book.LINKED | (detail == 0 ? Book.detail(Entry.principal(o.facts), 0) : detail);
            loan |= Book.DETAILED;
        }

        bool newest = flags & Entry.LATER_DRAW == 0 && o.opened >= Book.newest(head);
        if (newest && head & Book.PRESENT != 0) {
            head = Ledger.moveHead(book, head, flags & Entry.HEAD_IS_STALE == 0 ? 0 : Book.STALE);
        }
        if (flags & Entry.LATER_DRAW == 0) head = _withOpening(o, head, newest);
        if (newest && flags & Entry.FIRST_DRAW == 0) {
            if (detail != 0) book.detail = detail;
            head |= loan | Book.PRESENT;
        } else {
            loan = Book.slot(loan, o.opened);
            if (flags & Entry.LATER_DRAW != 0) loan = Book.withLine(loan, Entry.nameOf(o.line));
            else loan |= Book.IN_RING;
            if (flags & Entry.FIRST_DRAW != 0) loan = _withNewLine(state, c, o, loan);
            head = Ledger.append(book, head, loan, detail);
        }
        Ledger.store(book, c.predecessor, head);
    }

    /// @dev The head with this loan among its openings.
    function _withOpening(Opening memory o, uint256 head, bool newest) private pure returns (uint256) {
        uint256 before = Book.newest(head);
        if (before == 0) return Book.withRing(head, o.opened, 0);
        uint256 streak = 0;
        // Out of order it is part of the streak only if that is known to have begun before.
        bool known = newest || (o.streakFirst != 0 && o.day >= o.streakFirst);
        if (o.inStreak) streak = known ? Ring.next(Book.streak(head)) : Ring.UNKNOWN_PLACE;
        head = Book.withStreak(head, streak);
        if (newest) return Book.withRing(head, o.opened, Ring.pushed(Book.ring(head), o.day, o.newestDay));
        return Book.withRing(head, before, Openings.inserted(Book.ring(head), o.day, o.newestDay));
    }

    /// @dev What becomes of loans found stale or lapsed: the former are counted, the latter leave.
    function _settleOthers(
        RegistryState storage state,
        Opening memory o,
        Exposure memory x,
        BookWords storage book,
        uint256 head
    ) private returns (uint256) {
        uint256 stale = Exposures.newlyStale(x);
        if (stale != 0) {
            bool moves = o.flags & Entry.LATER_DRAW == 0 && o.opened >= Book.newest(head);
            Staleness.count(state, book, head, stale, moves);
            if (moves && stale >> Book.SLOTS != 0) o.flags |= Entry.HEAD_IS_STALE;
        }
        return _removeLapsed(book, head, Exposures.lapsed(x));
    }

    /// @dev Takes the slots of lapsed loans out of storage: the head is without them but for its count.
    function _removeLapsed(BookWords storage book, uint256 head, uint256 lapsed) private returns (uint256) {
        // Unchecked: `lapsed` has bits below the number of slots only.
        unchecked {
            for (uint256 k = Book.count(head); k != 0;) {
                if ((lapsed >> --k) & 1 != 0) head = Ledger.remove(book, head, k);
            }
            return head;
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
}
