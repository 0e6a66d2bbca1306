// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "./Limits.sol";

// What is known of the entry being judged. Each of these is used again for every entry of a filing, because memory is
// never freed: whoever fills one sets every field.

/// @notice What follows from a loan's product, amounts and schedule alone ({Offers}).
struct Offer {
    /// All of these, if they fit a word; zero: they don't.
    uint256 key;
    uint256 payments;
    /// Sum of all payments, and the largest of them.
    uint256 total;
    uint256 largest;
    /// Seconds to the last payment.
    uint256 term;
    /// The limits that judged it, by their place in memory; zero: none did.
    uint256 judgedBy;
    /// Breaches of the rules on the loan alone.
    uint256 breaches;
    /// {MonthlyPayment}; only if those limits ask for it.
    uint256 monthly;
    /// The loan's word without its name, of a request; and its detail, zero for none.
    uint256 loan;
    uint256 detail;
}

/// @notice An `Opened` as it was filed, and when it counts as opened.
struct Opening {
    /// Where it begins in calldata.
    uint256 start;
    bytes32 borrower;
    /// As filed (see {Entry}).
    uint256 flags;
    /// Time, product, principal and disclosure, packed as they were filed (see {Entry}).
    uint256 facts;
    /// Cash that the borrower received.
    uint256 cash;
    /// Declared a month; only if the flags say so.
    uint256 income;
    /// The first draw of its line, the wire's 64 bits; only of a later draw.
    uint256 line;
    /// The loan before it, the wire's 64 bits, and its word of the chain ({Chain}); only if the flags say that there is one.
    uint256 predecessor;
    uint256 chain;
    /// Only of an outage.
    uint256 deadline;
    /// Where the schedule begins in calldata, and where it ends.
    uint256 schedule;
    uint256 scheduleEnd;
    /// What is known of such loans; and of all in this filing.
    Offer offer;
    uint256[32] offers;
    /// The time at which the loan counts as opened.
    uint256 opened;
    /// The local days of that, and of the borrower's newest opening; only if there is one.
    uint256 day;
    uint256 newestDay;
    /// Of that borrower: the day of the last close, zero for none; whether this loan goes on with the streak; and that one's first day,
    /// zero if it isn't known.
    uint256 closedDay;
    bool inStreak;
    uint256 streakFirst;
    /// BARRED, and ROLLOVER of a renewal, as in a decision: breaches in the high 32 bits, what is undetermined in the low.
    uint256 barred;
}

/// @notice What a borrower owes in a market.
struct Exposure {
    /// Minor units, charged-off loans included.
    uint256 outstanding;
    /// The part that is owed to the platform's group.
    uint256 groupOutstanding;
    /// Open loans, those of a line counted once.
    uint256 openLoans;
    /// Distinct other groups with an open loan.
    uint256 lenders;
    uint256 lineCount;
    /// One of the open loans is a draw of the line that is drawn on.
    bool lineOpen;
    /// A loan is open, of whatever market.
    bool anyOpen;
    /// Whether INCOME asks for the largest monthly payments of the open loans; their sum, and whether one isn't known.
    bool addsPayments;
    uint256 payments;
    bool paymentsUnknown;
    /// Loans of whatever market that count no more. Bit k: the one in slot k lapsed; bit 32 + k: it is stale, and was not found so before;
    /// bit 63: the same of the head loan; bit 64: some loan is stale.
    uint256 apart;
    // Used again without being emptied.
    uint256[] groups;
    uint256[] lines;
}

/// @notice An entry about a loan in state, as it was filed.
struct LoanEvent {
    uint256 kind;
    /// As filed (see {Entry}).
    uint256 flags;
    bytes32 borrower;
    /// The loan's name, `platform ‖ number ‖ index` in 54 bits.
    uint256 name;
    uint256 time;
    /// Of `Closed`.
    uint256 reason;
    uint256 principal;
    uint256 charges;
}

/// @notice The loan that an event names, and what the event makes of it.
struct Named {
    /// The borrower's.
    uint256 head;
    /// Number of the loan's slot, or that of none: it is in the head.
    uint256 place;
    /// The loan's word as it was before: the head, or its slot.
    uint256 word;
    uint256 opened;
    /// As stated, no later than the block, no earlier than the window and the opening.
    uint256 time;
    uint256 breaches;
    uint256 undetermined;
    uint256 findings;
    /// Those in force at the loan's opening.
    Terms limits;
    /// What was outstanding before a payment.
    uint256 owed;
    // What {Outside} is told beside.
    /// The words of the limits that have a say there: the first, the ninth and the tenth.
    uint256 first;
    uint256 ninth;
    uint256 tenth;
    uint256 platform;
    /// Only of an `Opened`: the reference that it has itself, and the borrower's open loans in the market.
    uint256 loan;
    uint256 openLoans;
    /// Whether a platform that doesn't hold the loan may file this about it.
    bool byAnyone;
}
