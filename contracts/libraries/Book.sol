// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ring} from "./Ring.sol";

/// @notice A borrower's state: four kinds of words, laid out in `docs/design/state.md`.
struct BookWords {
    uint256 head;
    uint256 detail;
    uint256[31] slots;
    uint256[31] details;
}

/// @title The words of a borrower's state
/// @notice Packing and unpacking only: no storage is touched here. A *loan word* is `head` or a slot: their low 117 bits, and
/// bits 118 and 119, are the same.
library Book {
    uint256 internal constant SLOTS = 31;

    uint256 internal constant U38 = 2 ** 38 - 1;
    uint256 private constant U32 = 2 ** 32 - 1;
    uint256 private constant U18 = 2 ** 18 - 1;
    uint256 private constant U14 = 2 ** 14 - 1;
    uint256 private constant U11 = 2 ** 11 - 1;
    uint256 private constant U36 = 2 ** 36 - 1;
    /// @dev A loan's name, `platform ‖ number ‖ index`, in a loan word.
    uint256 private constant NAME = 2 ** 54 - 1;
    uint256 private constant NAME_AT = 63;

    /// @dev Principal, term, product and name.
    uint256 internal constant LOAN = 2 ** 117 - 1;
    uint256 internal constant PRESENT = 1 << 117;
    uint256 internal constant CHARGED_OFF = 1 << 117;
    uint256 internal constant DETAILED = 1 << 118;
    uint256 internal constant UNCONFIRMED = 1 << 119;
    uint256 internal constant IN_RING = 1 << 120;
    /// @dev Of a head: the borrower has a conduct word.
    uint256 internal constant CONDUCT = 1 << 120;
    uint256 internal constant DRAW = 1 << 121;
    /// @dev Of a slot: found stale, and counted.
    uint256 internal constant STALE = 1 << 122;
    /// @dev Of a head: a head loan, or slots in use.
    uint256 internal constant ANY_LOAN = PRESENT | (31 << COUNT_AT);
    /// @dev Everything of the head loan.
    uint256 private constant HEAD_LOAN = 2 ** 120 - 1;

    uint256 private constant COUNT_AT = 124;
    uint256 internal constant ONE_SLOT = 1 << COUNT_AT;
    uint256 private constant STREAK_AT = 121;
    uint256 private constant CLOSED_AT = 129;
    uint256 private constant NEWEST_AT = 161;
    uint256 private constant RING_AT = 193;

    uint256 private constant HOLDER_AT = 124;
    uint256 private constant OPENED_AT = 142;
    uint256 private constant LINE_AT = 212;

    /// @dev Outstanding and charges.
    uint256 private constant AMOUNTS = 2 ** 76 - 1;
    uint256 private constant SETTLEMENT_AT = 118;
    uint256 private constant EVENT_AT = 158;
    uint256 private constant ALLOWANCE_AT = 190;
    uint256 private constant MONTHLY_AT = 228;
    /// @dev Of a detail: the loan names one before it ({Chain}).
    uint256 internal constant LINKED = 1 << 252;
    /// @dev Of a detail: the loan was 90 days past due.
    uint256 internal constant IN_DEFAULT = 1 << 253;
    /// @dev Settlement, time and allowance.
    uint256 private constant EVENT = (2 ** (MONTHLY_AT - SETTLEMENT_AT) - 1) << SETTLEMENT_AT;

    uint256 private constant MAX_TERM = U14;

    // Both

    /// @dev The low bits of a loan word.
    /// @param seconds_ The term; kept as days, rounded up, so that a loan is found stale later rather than earlier.
    function loan(uint256 principal_, uint256 seconds_, uint256 product_) internal pure returns (uint256) {
        // Unchecked: a term is far below 2^256.
        unchecked {
            uint256 termDays = (seconds_ + 86_399) / 86_400;
            if (termDays > MAX_TERM) termDays = MAX_TERM;
            return principal_ | (termDays << 38) | (product_ << 52);
        }
    }

    function withName(uint256 word, uint256 name_) internal pure returns (uint256) {
        return word | (name_ << NAME_AT);
    }

    /// @dev The loan word with another term.
    function withTerm(uint256 word, uint256 seconds_) internal pure returns (uint256) {
        return (word & ~(U14 << 38)) | loan(0, seconds_, 0);
    }

    /// @dev `platform ‖ number ‖ index` of 18, 28 and 8 bits.
    function nameOf(uint256 platform_, uint256 number, uint256 index) internal pure returns (uint256) {
        return (platform_ << 36) | (number << 8) | index;
    }

    function name(uint256 word) internal pure returns (uint256) {
        return (word >> NAME_AT) & NAME;
    }

    /// @dev Whether a head loan is there and has this name.
    function headIs(uint256 head, uint256 name_) internal pure returns (bool) {
        return (head >> NAME_AT) & (2 ** 55 - 1) == name_ | (1 << 54);
    }

    function platform(uint256 word) internal pure returns (uint256) {
        return (word >> 99) & U18;
    }

    /// @dev Also what is outstanding, unless the loan has a detail: then that says it.
    function principal(uint256 word) internal pure returns (uint256) {
        return word & U38;
    }

    function product(uint256 word) internal pure returns (uint256) {
        return (word >> 52) & U11;
    }

    /// @dev Whether nobody closed the loan for so many days after its term. One whose term isn't known, because it saturated, never is.
    function isStale(uint256 word, uint256 opened_, uint256 graceDays, uint256 time) internal pure returns (bool) {
        uint256 days_ = term(word);
        // Unchecked: 32 bits, and days of 14 and 16 bits.
        unchecked {
            return days_ != MAX_TERM && graceDays != 0 && time > opened_ + (days_ + graceDays) * 86_400;
        }
    }

    /// @dev Whether the term has passed.
    function isOverTerm(uint256 word, uint256 opened_, uint256 time) internal pure returns (bool) {
        // Unchecked: as above.
        unchecked {
            return time > opened_ + term(word) * 86_400;
        }
    }

    function market(uint256 word) internal pure returns (uint256) {
        return (word >> 58) & 31;
    }

    function term(uint256 word) internal pure returns (uint256) {
        return (word >> 38) & U14;
    }

    // Head

    function count(uint256 head) internal pure returns (uint256) {
        return (head >> COUNT_AT) & 31;
    }

    function lastClosed(uint256 head) internal pure returns (uint256) {
        return (head >> CLOSED_AT) & U32;
    }

    function newest(uint256 head) internal pure returns (uint256) {
        return (head >> NEWEST_AT) & U32;
    }

    function ring(uint256 head) internal pure returns (uint256) {
        return head >> RING_AT;
    }

    /// @dev The streak of debt began with the last opening but so many, or UNKNOWN.
    function streak(uint256 head) internal pure returns (uint256) {
        return (head >> STREAK_AT) & Ring.UNKNOWN_PLACE;
    }

    function withStreak(uint256 head, uint256 place) internal pure returns (uint256) {
        return (head & ~(Ring.UNKNOWN_PLACE << STREAK_AT)) | (place << STREAK_AT);
    }

    function withoutLoan(uint256 head) internal pure returns (uint256) {
        return head & ~HEAD_LOAN;
    }

    function withRing(uint256 head, uint256 newest_, uint256 deltas) internal pure returns (uint256) {
        return (head & (2 ** NEWEST_AT - 1)) | (newest_ << NEWEST_AT) | (deltas << RING_AT);
    }

    /// @dev `lastClosed` is the greatest of all closings.
    function withClosed(uint256 head, uint256 time) internal pure returns (uint256) {
        if (time <= lastClosed(head)) return head;
        return (head & ~(U32 << CLOSED_AT)) | (time << CLOSED_AT);
    }

    /// @dev Whatever it was.
    function withLastClosed(uint256 head, uint256 time) internal pure returns (uint256) {
        return (head & ~(U32 << CLOSED_AT)) | (time << CLOSED_AT);
    }

    // Slots

    /// @dev The slot of a loan that leaves the head: always opened at `newest`, in the ring, held by its platform, no draw.
    function slotOfHead(uint256 head) internal pure returns (uint256) {
        return (head & (LOAN | DETAILED | UNCONFIRMED)) | IN_RING | (newest(head) << OPENED_AT);
    }

    function slot(uint256 loan_, uint256 opened_) internal pure returns (uint256) {
        return loan_ | (opened_ << OPENED_AT);
    }

    function opened(uint256 word) internal pure returns (uint256) {
        return (word >> OPENED_AT) & U32;
    }

    /// @dev `number ‖ index` of the line's first draw, in its place.
    function withLine(uint256 word, uint256 name_) internal pure returns (uint256) {
        return word | DRAW | ((name_ & U36) << LINE_AT);
    }

    /// @dev The name of the first draw of a draw's line: of the platform that opened it.
    function lineName(uint256 word) internal pure returns (uint256) {
        return (platform(word) << 36) | ((word >> LINE_AT) & U36);
    }

    function holder(uint256 word) internal pure returns (uint256) {
        uint256 assigned = (word >> HOLDER_AT) & U18;
        return assigned == 0 ? platform(word) : assigned;
    }

    /// @dev A slot whose loan is owed to another platform; the one that opened it is written as zero.
    function withHolder(uint256 word, uint256 holder_) internal pure returns (uint256) {
        word &= ~(U18 << HOLDER_AT);
        return holder_ == platform(word) ? word : word | (holder_ << HOLDER_AT);
    }

    // Details

    function detail(uint256 outstanding_, uint256 charges_) internal pure returns (uint256) {
        return outstanding_ | (charges_ << 38);
    }

    /// @dev What is left for SETTLEMENT (see {Settlement}).
    function settlement(uint256 word) internal pure returns (uint256) {
        return (word >> SETTLEMENT_AT) & (2 ** 40 - 1);
    }

    /// @dev The time of the last payment that SETTLEMENT or DAILY-COST judged; zero: there was none.
    function lastEvent(uint256 word) internal pure returns (uint256) {
        return (word >> EVENT_AT) & U32;
    }

    /// @dev What charges may have come to by then (see {DailyCost}).
    function allowance(uint256 word) internal pure returns (uint256) {
        return (word >> ALLOWANCE_AT) & U38;
    }

    function withEvent(
        uint256 word,
        uint256 time,
        uint256 settlement_,
        uint256 allowance_
    ) internal pure returns (uint256) {
        return (word & ~EVENT) | (settlement_ << SETTLEMENT_AT) | (time << EVENT_AT) | (allowance_ << ALLOWANCE_AT);
    }

    /// @dev {MonthlyPayment}, packed; zero: not known.
    function monthlyPayment(uint256 word) internal pure returns (uint256) {
        return (word >> MONTHLY_AT) & (2 ** 24 - 1);
    }

    function withMonthlyPayment(uint256 word, uint256 packed) internal pure returns (uint256) {
        return (word & ~((2 ** 24 - 1) << MONTHLY_AT)) | (packed << MONTHLY_AT);
    }

    function charges(uint256 word) internal pure returns (uint256) {
        return (word >> 38) & U38;
    }

    function owed(uint256 word) internal pure returns (uint256) {
        return word & U38;
    }

    /// @dev Stops at 15.
    function extensions(uint256 word) internal pure returns (uint256) {
        return (word >> 114) & 15;
    }

    /// @dev The detail with one extension more.
    function withExtension(uint256 word) internal pure returns (uint256) {
        return extensions(word) == 15 ? word : word + (1 << 114);
    }

    function defaultCharges(uint256 word) internal pure returns (uint256) {
        return (word >> 76) & U38;
    }

    function withDefaultCharges(uint256 word, uint256 charges_) internal pure returns (uint256) {
        return (word & ~(U38 << 76)) | (charges_ << 76);
    }

    function withAmounts(uint256 word, uint256 outstanding_, uint256 charges_) internal pure returns (uint256) {
        return (word & ~AMOUNTS) | outstanding_ | (charges_ << 38);
    }
}
