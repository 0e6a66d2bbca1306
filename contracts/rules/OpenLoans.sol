// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../libraries/Limits.sol";

/// @title OPEN-LOANS
/// @notice RULE-OPEN-LOANS-1: A borrower's open loans in this market, and the lenders they are owed to, this loan
/// included, MUST NOT be more than the maxima where there are any.
library OpenLoans {
    using Limits for uint256[10];

    /// @param loans Open loans with this one, the draws of one line counted once.
    /// @param lenders Distinct groups with an open loan, this one's included.
    function breaches(uint256[10] memory limits, uint256 loans, uint256 lenders) internal pure returns (bool) {
        uint256 maxLoans = limits.maxLoans();
        uint256 maxLenders = limits.maxLenders();
        return (loans > maxLoans && maxLoans != 0) || (lenders > maxLenders && maxLenders != 0);
    }
}
