// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "./Limits.sol";

// What is known of the entry being judged. Each of these is used again for every entry of a filing, because memory is
// never freed: whoever fills one sets every field.

/// @notice An `Opened` as it was filed, and when it counts as opened.
struct Opening {
    bytes32 borrower;
    /// As filed (see {Entry}).
    uint256 flags;
    /// Time, product, principal and disclosure, packed as they were filed (see {Entry}).
    uint256 facts;
    /// Cash that the borrower received.
    uint256 cash;
    /// The first draw of its line, the wire's 64 bits; only of a later draw.
    uint256 line;
    /// Only of an outage.
    uint256 deadline;
    /// Where the schedule begins in calldata, and where it ends.
    uint256 schedule;
    uint256 scheduleEnd;
    uint256 payments;
    /// Sum of all payments.
    uint256 total;
    /// Seconds to the last payment.
    uint256 term;
    /// The time at which the loan counts as opened.
    uint256 opened;
    /// The local days of that, and of the borrower's newest opening; only if there is one.
    uint256 day;
    uint256 newestDay;
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
    uint256[] groups;
    uint256 lineCount;
    uint256[] lines;
    /// One of the open loans is a draw of the line that is drawn on.
    bool lineOpen;
    /// Bit k: the loan in slot k, of whatever market, lapsed.
    uint256 lapsed;
}

/// @notice An entry about a loan in state, as it was filed.
struct LoanEvent {
    uint256 kind;
    bool founded;
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
    /// The loan's word: the head, or its slot.
    uint256 word;
    uint256 opened;
    /// As stated, no later than the block, no earlier than the window and the opening.
    uint256 time;
    uint256 breaches;
    uint256 findings;
    /// Those in force at the loan's opening.
    Terms limits;
}
