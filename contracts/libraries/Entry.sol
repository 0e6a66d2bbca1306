// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Decision} from "./Decision.sol";
import {Offers} from "./Offers.sol";
import {Schedule} from "./Schedule.sol";
import {LoanEvent, Offer, Opening} from "./Scratch.sol";

/// @title Entries as they are written in a filing
/// @notice `docs/spec/protocol.md`, section 3. Places are positions in calldata. Nothing here reverts: bytes that are no
/// entry give MALFORMED, amounts too great WIDTH. What is read beyond an entry's end is noticed by the check of its length.
library Entry {
    uint256 internal constant OPENED = 1;
    uint256 internal constant DISBURSED = 2;
    uint256 internal constant REPAID = 3;
    uint256 internal constant CLOSED = 4;
    uint256 internal constant EXTENDED = 5;
    uint256 internal constant OVERDUE = 6;
    uint256 internal constant CONTACTED = 7;
    uint256 internal constant COMPLAINED = 8;
    uint256 internal constant ANSWERED = 9;
    uint256 internal constant ASSIGNED = 10;
    uint256 internal constant CORRECTED = 11;
    uint256 internal constant BARRED = 12;

    /// @dev The kinds that are filed seldom, a bit each.
    uint256 private constant SELDOM = (1 << COMPLAINED) | (1 << ANSWERED) | (1 << ASSIGNED) | (1 << CORRECTED);

    // Bases of `Opened`.
    uint256 internal constant REQUEST = 0;
    uint256 internal constant OUTAGE = 1;
    uint256 internal constant FOUNDED = 2;

    // Reasons of `Closed`.
    uint256 internal constant REPAID_IN_FULL = 1;
    uint256 internal constant REFINANCED = 2;
    uint256 internal constant WITHDRAWN = 3;
    uint256 internal constant VOIDED = 4;
    uint256 internal constant WRITTEN_OFF = 5;
    uint256 internal constant FORGIVEN = 6;

    /// @dev 2000-01-01T00:00:00Z.
    uint256 internal constant EARLIEST = 946_684_800;
    uint256 internal constant PRODUCTS = 2 ** 11;
    uint256 private constant AMOUNTS = 2 ** 38;
    uint256 private constant PLATFORMS = 2 ** 18;
    /// @dev The bits of a reference that its platform of 18 and its number of 28 bits leave zero.
    uint256 private constant BEYOND_REF = (0x3f << 250) | (0xf << 228);

    uint256 private constant OPENED_BYTES = 49;
    uint256 private constant PREFIX_BYTES = 46;
    uint256 private constant ORDER_BYTES = 32;
    /// @dev After the prefix.
    uint256 private constant OVERDUE_BYTES = 20;
    /// @dev The bits of its two amounts that are beyond their width, in the word after the borrower.
    uint256 private constant WIDE_OVERDUE = (3 << 142) | (3 << 102);
    uint256 private constant EXTENDED_BYTES = 15;
    uint256 private constant CONTACTED_BYTES = 3;
    uint256 private constant COMPLAINED_BYTES = 1;
    uint256 private constant ANSWERED_BYTES = 9;
    uint256 private constant ASSIGNED_BYTES = 4;
    uint256 private constant CORRECTED_BYTES = 15;
    /// @dev All of it.
    uint256 private constant BARRED_BYTES = 43;

    // Flags of `Opened`.
    uint256 internal constant BASIS = 3;
    uint256 private constant CASH = 4;
    uint256 internal constant INCOME = 8;
    uint256 internal constant LATER_DRAW = 16;
    uint256 internal constant FIRST_DRAW = 32;
    uint256 internal constant PREDECESSOR = 64;
    uint256 private constant LENDER = 128;
    /// @dev Beyond what is filed: the borrower's head loan is stale and about to move.
    uint256 internal constant HEAD_IS_STALE = 256;

    // Flags of all other kinds.
    uint256 internal constant IS_FOUNDED = 1;
    uint256 internal constant IS_ORDERED = 2;
    uint256 private constant COMMON_FLAGS = IS_FOUNDED | IS_ORDERED;
    /// @dev Of `Extended`: asked beforehand; and its kind, 0 extension, 1 rollover, 2 deferment, 3 hardship relief.
    uint256 internal constant ASKED = 4;
    uint256 private constant EXTENSION_KIND = 24;
    uint256 private constant UNCOUNTED = 16;

    /// @dev Of a `Contacted`: its channel's bit that says that the borrower was spoken to.
    uint256 private constant CONVERSATION = 128;

    // What a `Corrected` corrects.
    uint256 internal constant CORRECT_REASON = 1;
    uint256 internal constant CORRECT_TIME = 2;

    /// @dev The kinds that the authority may file on any loan, a bit each: `Closed`, `Complained`, `Assigned`, `Corrected`.
    uint256 internal constant ORDERABLE = (1 << CLOSED) | (1 << COMPLAINED) | (1 << ASSIGNED) | (1 << CORRECTED);

    uint256 private constant U40 = 2 ** 40 - 1;
    uint256 private constant U32 = 2 ** 32 - 1;

    /// @notice Reads an `Opened` in [start, end) of calldata into `o`.
    /// @return finding MALFORMED, WIDTH, or zero.
    function readOpened(Opening memory o, uint256 start, uint256 end) internal pure returns (uint256 finding) {
        // Unchecked: places in calldata are far from a word's end.
        unchecked {
            if (end < start + OPENED_BYTES) return Decision.MALFORMED;
            uint256 flags = (Schedule.read(start) >> 240) & 0xff;
            uint256 borrower = Schedule.read(start + 2);
            uint256 facts = Schedule.read(start + 34);
            uint256 amounts = principal(facts);
            // The kind of borrower is 1 or 2. What is less than it is to be wraps around; plain equivalent: comparisons, which jump.
            uint256 faults =
                (((borrower >> 248) - 1) >> 1) | (product(facts) / PRODUCTS) | ((time(facts) - EARLIEST) >> 32);
            if (faults != 0) return Decision.MALFORMED;
            if (amounts == 0) return Decision.MALFORMED;
            o.borrower = bytes32(borrower);
            o.flags = flags;
            o.facts = facts;
            o.cash = amounts;
            start += OPENED_BYTES;
            // All amounts are or-ed: only whether one of them is too great is asked of it.
            uint256 options = flags & ~uint256(FIRST_DRAW);
            if (options == INCOME) {
                // What most requests have, if they have anything.
                o.income = Schedule.read(start) >> 216;
                amounts |= o.income;
                start += 5;
            } else if (options != 0) {
                (start, options) = _readOptions(o, flags, start);
                if (start == 0) return Decision.MALFORMED;
                amounts |= options;
            }
            o.schedule = start;
            o.scheduleEnd = end;
            if (!Offers.find(o, start, end)) {
                Offer memory offer = o.offer;
                (offer.payments, offer.total, offer.largest, offer.term) = Schedule.summarise(msg.data, start, end);
                if (offer.payments == 0) {
                    // What is malformed is never found again.
                    offer.key = 0;
                    return Decision.MALFORMED;
                }
            }
            return (amounts | o.offer.largest) >= AMOUNTS ? Decision.WIDTH : 0;
        }
    }

    // The facts of an `Opened`, packed as they were filed: `time u32 · product u16 · principal u40 · disclosed u32`, the highest bits
    // first. Whatever follows them in the word belongs to others.

    /// @dev The contract's stated time, UTC seconds.
    function time(uint256 facts) internal pure returns (uint256) {
        return facts >> 224;
    }

    function product(uint256 facts) internal pure returns (uint256) {
        return (facts >> 208) & 0xffff;
    }

    /// @dev The high five bits of the product.
    function market(uint256 facts) internal pure returns (uint256) {
        return (facts >> 214) & 0x3ff;
    }

    /// @dev Minor units.
    function principal(uint256 facts) internal pure returns (uint256) {
        return (facts >> 168) & U40;
    }

    /// @dev When the cost table was acknowledged, UTC seconds; zero: not stated.
    function disclosed(uint256 facts) internal pure returns (uint256) {
        return (facts >> 136) & U32;
    }

    /// @dev The fields of `Opened` that its flags announce.
    /// @return start Where the schedule begins; zero if a field is malformed.
    /// @return amounts Or-ed.
    function _readOptions(
        Opening memory o,
        uint256 flags,
        uint256 from
    ) private pure returns (uint256 start, uint256 amounts) {
        // Unchecked: as above.
        unchecked {
            start = from;
            uint256 word;
            if (flags & CASH != 0) {
                amounts = Schedule.read(start) >> 216;
                start += 5;
                o.cash = amounts;
                if (amounts == 0) return (0, 0);
            }
            if (flags & INCOME != 0) {
                o.income = Schedule.read(start) >> 216;
                amounts |= o.income;
                start += 5;
            }
            if (flags & LATER_DRAW != 0) {
                word = Schedule.read(start);
                start += 8;
                if (flags & FIRST_DRAW != 0 || !_isRef(word)) return (0, 0);
                o.line = word >> 192;
            }
            if (flags & PREDECESSOR != 0) {
                word = Schedule.read(start);
                start += 8;
                if (!_isRef(word)) return (0, 0);
                o.predecessor = word >> 192;
            }
            if (flags & LENDER != 0) {
                if (Schedule.read(start) >> 232 >= PLATFORMS) return (0, 0);
                start += 3;
            }
            if (flags & 3 == OUTAGE) {
                word = Schedule.read(start);
                start += 5;
                // One of the reasons 1 to 4.
                if ((word >> 248) - 1 > 3) return (0, 0);
                o.deadline = (word >> 216) & U32;
            }
        }
    }

    /// @notice Reads what all kinds but `Opened` and `Barred` begin with, and takes an order off the end.
    /// @param known The flags of its kind.
    /// @return rest Where the rest of the entry is; zero if it is malformed.
    /// @return past Where that ends.
    function readPrefix(
        LoanEvent memory e,
        uint256 start,
        uint256 end,
        uint256 known
    ) internal pure returns (uint256 rest, uint256 past) {
        // Unchecked: as above.
        unchecked {
            if (end < start + PREFIX_BYTES) return (0, 0);
            uint256 word = Schedule.read(start);
            uint256 flags = (word >> 240) & 0xff;
            e.kind = word >> 248;
            e.flags = flags;
            word = Schedule.read(start + 2);
            e.borrower = bytes32(word);
            // The kind of borrower is 1 or 2. Both are asked at once: a jump costs more than what it might spare.
            if ((((word >> 248) - 1) >> 1) | (flags & ~known) != 0) return (0, 0);
            word = Schedule.read(start + 34);
            e.name = nameOf(word >> 192);
            uint256 moment = (word >> 160) & U32;
            e.time = moment;
            // Before the earliest time the difference wraps around. Its low bits are of no interest.
            if ((word & BEYOND_REF) | ((moment - EARLIEST) >> 32) != 0) return (0, 0);
            if (flags & IS_ORDERED != 0) end -= ORDER_BYTES;
            return (start + PREFIX_BYTES, end);
        }
    }

    /// @dev Zero if the kind of borrower is 1 or 2, the reference is within its width, and the time not before the earliest one. What is
    /// less than it is to be wraps around; plain equivalent: three comparisons, which jump.
    function _faults(uint256 borrower, uint256 ref, uint256 time_) private pure returns (uint256) {
        // Unchecked: as above.
        unchecked {
            return (((borrower >> 248) - 1) >> 1) | (ref & BEYOND_REF) | ((time_ - EARLIEST) >> 32);
        }
    }

    /// @notice Reads a `Disbursed`, `Repaid` or `Closed` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED, WIDTH, or zero.
    function readEvent(LoanEvent memory e, uint256 start, uint256 end) internal pure returns (uint256 finding) {
        // Unchecked: as above.
        unchecked {
            // {readPrefix} by itself, because these are most of what happens to loans.
            uint256 word = Schedule.read(start);
            uint256 kind = word >> 248;
            uint256 flags = (word >> 240) & 0xff;
            if (flags != 0) {
                if (flags > COMMON_FLAGS) return Decision.MALFORMED;
                if (flags & IS_ORDERED != 0) end -= ORDER_BYTES;
            }
            // Bytes after the prefix of the kinds 2 to 4, a byte each.
            if (end != start + PREFIX_BYTES + ((0x0b0a05 >> (8 * (kind - DISBURSED))) & 0xff)) {
                return Decision.MALFORMED;
            }
            uint256 borrower = Schedule.read(start + 2);
            word = Schedule.read(start + 34);
            uint256 time_ = (word >> 160) & U32;
            if (_faults(borrower, word, time_) != 0) return Decision.MALFORMED;
            e.kind = kind;
            e.flags = flags;
            e.borrower = bytes32(borrower);
            e.name = nameOf(word >> 192);
            e.time = time_;
            word <<= 96;
            if (kind == CLOSED) {
                uint256 reason = word >> 248;
                // One of the reasons 1 to 6.
                if (reason - 1 > 5) return Decision.MALFORMED;
                e.reason = reason;
                word <<= 8;
            }
            uint256 paid = word >> 216;
            uint256 charges = kind == DISBURSED ? 0 : (word >> 176) & U40;
            if (paid | charges == 0) {
                if (kind == REPAID) return Decision.MALFORMED;
            }
            e.principal = paid;
            e.charges = charges;
            return (paid | charges) >= AMOUNTS ? Decision.WIDTH : 0;
        }
    }

    /// @notice Reads an `Overdue` of these flags in [start, end) of calldata into `e`: the amount overdue as its principal.
    /// @return finding MALFORMED, WIDTH, or zero.
    /// @return overdueDays Days past due.
    /// @return contractRate A year, 10⁻⁹.
    function readOverdue(
        LoanEvent memory e,
        uint256 flags,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 overdueDays, uint256 contractRate) {
        // Unchecked: as above.
        unchecked {
            // {readPrefix} by itself, because arrears are filed month after month.
            if (flags != 0) {
                if (flags > COMMON_FLAGS) return (Decision.MALFORMED, 0, 0);
                if (flags & IS_ORDERED != 0) end -= ORDER_BYTES;
                // Nobody asks what kind an entry without flags is.
                e.kind = OVERDUE;
            }
            // All that follows the borrower fills a word.
            if (end != start + PREFIX_BYTES + OVERDUE_BYTES) return (Decision.MALFORMED, 0, 0);
            uint256 borrower = Schedule.read(start + 2);
            uint256 word = Schedule.read(start + 34);
            uint256 time_ = (word >> 160) & U32;
            if (_faults(borrower, word, time_) != 0) return (Decision.MALFORMED, 0, 0);
            e.flags = flags;
            e.borrower = bytes32(borrower);
            e.name = nameOf(word >> 192);
            e.time = time_;
            e.principal = (word >> 104) & U40;
            e.charges = (word >> 64) & U40;
            if (word & WIDE_OVERDUE != 0) return (Decision.WIDTH, 0, 0);
            return (0, (word >> 144) & 0xffff, word & type(uint64).max);
        }
    }

    /// @notice Reads an `Extended` in [start, end) of calldata into `e`, and its schedule into `o`.
    /// @return finding MALFORMED, WIDTH, or zero.
    function readExtended(
        LoanEvent memory e,
        Opening memory o,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 fee, uint256 writeDown, uint256 paid) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS | ASKED | EXTENSION_KIND);
            if (start == 0 || end < start + EXTENDED_BYTES) return (Decision.MALFORMED, 0, 0, 0);
            uint256 word = Schedule.read(start);
            fee = word >> 216;
            writeDown = (word >> 176) & U40;
            paid = (word >> 136) & U40;
            o.schedule = start + EXTENDED_BYTES;
            o.scheduleEnd = end;
            Offer memory offer = o.offer;
            (offer.payments, offer.total, offer.largest, offer.term) = Schedule.summarise(msg.data, o.schedule, end);
            if (offer.payments == 0) finding = Decision.MALFORMED;
            else if ((fee | writeDown | paid | offer.largest) >= AMOUNTS) finding = Decision.WIDTH;
        }
    }

    /// @notice Whether an extension of these flags is counted: a deferment and hardship relief are not.
    function counts(uint256 flags) internal pure returns (bool) {
        return flags & UNCOUNTED == 0;
    }

    /// @notice Facts of an `Opened` that has nothing but a principal.
    function factsOf(uint256 amount) internal pure returns (uint256) {
        return amount << 168;
    }

    /// @notice Reads an `Assigned` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED or zero.
    function readAssigned(
        LoanEvent memory e,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 to, bool assignee) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS);
            if (start == 0 || end != start + ASSIGNED_BYTES) return (Decision.MALFORMED, 0, false);
            uint256 word = Schedule.read(start);
            to = word >> 232;
            uint256 side = (word >> 224) & 0xff;
            if (to >= PLATFORMS || side > 1) finding = Decision.MALFORMED;
            return (finding, to, side == 1);
        }
    }

    /// @notice Reads a `Contacted` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED or zero.
    /// @return thirdParty Somebody else than the borrower was contacted.
    /// @return talked The borrower was spoken to.
    function readContacted(
        LoanEvent memory e,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, bool thirdParty, bool talked) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS);
            if (start == 0 || end != start + CONTACTED_BYTES) return (Decision.MALFORMED, false, false);
            uint256 word = Schedule.read(start);
            uint256 party = (word >> 240) & 0xff;
            uint256 agent = (word >> 232) & 0xff;
            if (party | agent > 1) return (Decision.MALFORMED, false, false);
            thirdParty = party != 0;
            return (0, thirdParty, !thirdParty && (word >> 248) & CONVERSATION != 0);
        }
    }

    /// @notice Reads a `Complained` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED or zero.
    function readComplained(LoanEvent memory e, uint256 start, uint256 end) internal pure returns (uint256 finding) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS);
            return start == 0 || end != start + COMPLAINED_BYTES ? Decision.MALFORMED : 0;
        }
    }

    /// @notice Reads an `Answered` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED or zero.
    /// @return complaint The wire's 64 bits.
    function readAnswered(
        LoanEvent memory e,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 complaint) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS);
            if (start == 0 || end != start + ANSWERED_BYTES) return (Decision.MALFORMED, 0);
            uint256 word = Schedule.read(start);
            return (_isRef(word) ? 0 : Decision.MALFORMED, word >> 192);
        }
    }

    /// @notice Reads a `Corrected` in [start, end) of calldata into `e`: its value as the principal.
    /// @return finding MALFORMED, WIDTH, or zero.
    function readCorrected(
        LoanEvent memory e,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 what) {
        // Unchecked: as above.
        unchecked {
            (start, end) = readPrefix(e, start, end, COMMON_FLAGS);
            if (start == 0 || end != start + CORRECTED_BYTES) return (Decision.MALFORMED, 0);
            uint256 word = Schedule.read(start);
            what = (word >> 184) & 0xff;
            if (!_isRef(word) || what > CORRECT_TIME) return (Decision.MALFORMED, 0);
            e.principal = (word >> 144) & U40;
            return (e.principal >= AMOUNTS ? Decision.WIDTH : 0, what);
        }
    }

    /// @notice Reads a `Barred` in [start, end) of calldata into `e`.
    /// @return finding MALFORMED or zero.
    function readBarred(
        LoanEvent memory e,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 finding, uint256 until, uint256 why) {
        // Unchecked: as above.
        unchecked {
            uint256 flags = end < start + BARRED_BYTES ? COMMON_FLAGS + 1 : (Schedule.read(start) >> 240) & 0xff;
            if (flags & IS_ORDERED != 0) end -= ORDER_BYTES;
            if (flags > COMMON_FLAGS || end != start + BARRED_BYTES) return (Decision.MALFORMED, 0, 0);
            uint256 word = Schedule.read(start + 2);
            e.flags = flags;
            e.borrower = bytes32(word);
            if ((word >> 248) - 1 > 1) return (Decision.MALFORMED, 0, 0);
            word = Schedule.read(start + 34);
            e.time = word >> 224;
            if (e.time < EARLIEST) return (Decision.MALFORMED, 0, 0);
            return (0, (word >> 192) & U32, (word >> 184) & 0xff);
        }
    }

    /// @notice The wire's 64 bits from the 54 of state.
    function refOf(uint256 name) internal pure returns (uint256) {
        return ((name >> 36) << 40) | (name & (2 ** 36 - 1));
    }

    /// @notice Whether {Lifecycle} judges an entry of this kind at `start`.
    function isLater(uint256 kind, uint256 start) internal pure returns (bool) {
        // Unchecked: a kind below wraps around.
        unchecked {
            return kind - EXTENDED <= BARRED - EXTENDED || (kind == CLOSED && isRareClose(start));
        }
    }

    /// @notice Whether {Seldom} judges an entry of this kind.
    function isSeldom(uint256 kind) internal pure returns (bool) {
        return (SELDOM >> kind) & 1 != 0;
    }

    /// @notice Whether the `Closed` at `start` is another than repaid. If it is too short for a reason, any answer will do.
    function isRareClose(uint256 start) internal pure returns (bool) {
        // Unchecked: as above.
        unchecked {
            return Schedule.read(start + PREFIX_BYTES) >> 248 > REPAID_IN_FULL;
        }
    }

    /// @notice The 54 bits of state from the wire's 64: `platform u24 ‖ number u32 ‖ index u8`.
    function nameOf(uint256 ref) internal pure returns (uint256) {
        return ((ref >> 40) << 36) | (((ref >> 8) & U32) << 8) | (ref & 0xff);
    }

    /// @dev Whether the first eight bytes are a reference, its platform and number within their widths.
    function _isRef(uint256 word) private pure returns (bool) {
        return word & BEYOND_REF == 0;
    }
}
