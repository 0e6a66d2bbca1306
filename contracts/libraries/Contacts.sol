// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Contact} from "../rules/Contact.sol";
import {BookWords} from "./Book.sol";
import {Conducts} from "./Conducts.sol";
import {Context, FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {Ledger} from "./Ledger.sol";
import {Terms} from "./Limits.sol";
import {Loans} from "./Loans.sol";
import {LoanEvent, Named} from "./Scratch.sol";
import {RegistryState} from "./State.sol";

/// @notice A contact among those of other times.
struct Contacting {
    /// Somebody else than the borrower was contacted; or the borrower was spoken to.
    bool thirdParty;
    bool talked;
    /// UTC seconds, as stated but not after the block.
    uint256 time;
    /// The borrower's conduct before it, and with it counted.
    uint256 before;
    uint256 counted;
    /// Its day, before the last day with a contact.
    uint256 ago;
    /// Contacts on its day, with this one; only if that day is still counted.
    uint256 onDay;
}

/// @title Judging a `Contacted`
/// @notice `docs/spec/protocol.md`, section 6. Every contact is counted, whatever its own loan's version says: another's may ask.
library Contacts {
    using Context for FilingContext;

    uint256 private constant DAY = 86_400;
    uint256 private constant MINUTE = 60;
    /// @dev What an entry's own time can't be trusted with.
    uint256 private constant UNTIMELY = Decision.LATE | Decision.FUTURE;

    /// @notice Judges the `Contacted` in [start, end) of calldata and, unless it is refused, counts it.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        LoanEvent memory e = c.loanEvent;
        Contacting memory x;
        uint256 finding;
        (finding, x.thirdParty, x.talked) = Entry.readContacted(e, start, end);
        if (finding != 0) return Decision.refusal(finding);
        Named memory n = c.named;
        BookWords storage book;
        (book, n.head) = Ledger.load(state, c.predecessor, e.borrower);
        finding = Loans.locate(c, e, n, book);
        if (finding != 0) return Decision.refusal(finding);

        // As stated: at what hour the borrower was contacted, nobody knows but who states it.
        x.time = e.time < c.time ? e.time : c.time;
        x.before = Conducts.load(state, e.borrower, n.head);
        _count(c, x);
        uint256 undetermined = 0;
        if (n.limits.exists() && n.limits.on() & Decision.CONTACT != 0) {
            (bool breach, bool unknown) = _judge(c, n.limits, x);
            // A late contact has its day and hour by the collector's word alone.
            if (n.breaches & UNTIMELY != 0) unknown = true;
            n.breaches |= Decision.mark(breach, Decision.CONTACT_BIT);
            undetermined = Decision.mark(unknown, Decision.CONTACT_BIT);
        }
        uint256 conduct = x.talked ? Conducts.withConversation(x.counted, x.time) : x.counted;
        Loans.putConduct(state, c, e, n, book, conduct);
        return Loans.onFact(n, undetermined);
    }

    function _judge(
        FilingContext memory c,
        Terms limits,
        Contacting memory x
    ) private view returns (bool breach, bool unknown) {
        if (Contact.forbids(limits, _minute(c, x.time), x.thirdParty)) return (true, false);
        (breach, unknown) = Contact.tooMany(limits, Conducts.counts(x.counted), x.ago, x.onDay);
        if (breach || limits.contactSilence() == 0) return (breach, unknown);
        uint256 talked = Conducts.lastConversation(x.before);
        if (talked != 0) {
            bool open;
            (breach, open) = Contact.inSilence(limits, x.time, c.dayOf(x.time), talked, c.dayOf(talked));
            unknown = unknown || open;
        }
        // Contacts after this conversation were passed without it.
        if (x.talked && x.time < Conducts.lastContact(x.before)) unknown = true;
    }

    /// @dev Counts the contact.
    function _count(FilingContext memory c, Contacting memory x) private view {
        uint256 counts = Conducts.counts(x.before);
        uint256 last = Conducts.lastContact(x.before);
        // Unchecked: days, and subtracted only where the difference is positive; shifted by 80 bits at most.
        unchecked {
            if (last != 0) {
                uint256 day = c.dayOf(x.time);
                uint256 lastDay = c.dayOf(last);
                if (day > lastDay) {
                    uint256 ahead = day - lastDay;
                    counts = ahead < Contact.DAYS ? counts << (8 * ahead) : 0;
                } else {
                    x.ago = lastDay - day;
                }
            }
            if (x.ago < Contact.DAYS) {
                uint256 place = 8 * x.ago;
                x.onDay = ((counts >> place) & 0xff) + 1;
                // 255 is 255 or more.
                if (x.onDay < 256) counts += 1 << place;
            }
        }
        x.counted = Conducts.withContact(x.before, x.time, counts);
    }

    /// @dev Of the local day.
    function _minute(FilingContext memory c, uint256 time) private view returns (uint256) {
        // Unchecked: times begin in 2000, and an offset is at most a day.
        unchecked {
            return ((time + uint256(c.offsetAt(time))) % DAY) / MINUTE;
        }
    }
}
