// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice An `Opened` entry as it was filed, and what its judging finds out. Used again for every entry of a filing, so
/// that whoever reads it sets every field first.
struct Opening {
    // As filed.
    uint256 basis;
    bytes32 borrower;
    /// 1 natural person, 2 business.
    uint256 kind;
    /// The contract's stated time.
    uint256 time;
    uint256 product;
    uint256 principal;
    /// When the cost table was acknowledged; zero: not stated.
    uint256 disclosed;
    /// Cash that the borrower received.
    uint256 cash;
    /// A later draw of the line that `line` names.
    bool laterDraw;
    bool firstDraw;
    /// The wire's 64 bits.
    uint256 line;
    /// Of an outage.
    uint256 deadline;
    /// Where the schedule begins in calldata.
    uint256 schedule;
    uint256 payments;
    /// Sum of all payments.
    uint256 total;
    /// Seconds to the last payment.
    uint256 term;
    // As judged.
    /// The time at which the loan counts as opened.
    uint256 opened;
    /// The borrower's head without lapsed loans.
    uint256 head;
    /// Bit k: the loan in slot k lapsed.
    uint256 lapsed;
    // Of the borrower's loans in the product's market.
    uint256 outstanding;
    /// Held by the platform's group.
    uint256 groupOutstanding;
    /// Open loans, those of a line counted once.
    uint256 openLoans;
    /// A draw of the line that this is a draw of is open.
    bool lineOpen;
    /// Distinct groups with an open loan, in `groups`.
    uint256 groupCount;
    uint256[] groups;
    uint256 lineCount;
    uint256[] lines;
}
