// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title OPEN-LOANS
/// @notice RULE-OPEN-LOANS-1: A borrower's open loans in this market, and the lenders they are owed to, this loan
/// included, MUST NOT be more than the maxima where there are any.
library OpenLoans {
    /// @param loans Open loans with this one, the draws of one line counted once.
    /// @param lenders Distinct groups with an open loan, this one's included.
    function breaches(Terms limits, uint256 loans, uint256 lenders) internal pure returns (bool) {
        // Unchecked: both are at least 1, and a maximum of zero, none, wraps around to the greatest number.
        unchecked {
            return loans - 1 > limits.maxLoans() - 1 || lenders - 1 > limits.maxLenders() - 1;
        }
    }
}
