// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title COST
/// @notice RULE-COST-1: What all payments exceed the cash received by MUST NOT exceed the flat amount plus the shares of
/// the principal's brackets.
library Cost {
    uint256 private constant BRACKETS = 8;
    uint256 private constant MILLION = 10 ** 6;

    /// @param total Sum of all payments, minor units.
    /// @param cash Received by the borrower, minor units.
    /// @param principal Minor units.
    function breaches(Terms limits, uint256 total, uint256 cash, uint256 principal) internal pure returns (bool) {
        // Unchecked: subtracted only where the total is greater; a share of less than 2^38 is less than 2^51.
        unchecked {
            return total > cash && total - cash > limits.costFlat() + _shareDown(limits, principal);
        }
    }

    /// @dev Marginal: each bracket's share is of the part of the principal above the bracket before. Rounds down, once, in
    /// favour of the borrower.
    function _shareDown(Terms limits, uint256 principal) private pure returns (uint256) {
        // Unchecked: principal < 2^38 and shares < 2^32, eight times.
        unchecked {
            uint256 sum = 0;
            uint256 below = 0;
            for (uint256 i = 0; i < BRACKETS && principal > below; i++) {
                (uint256 upTo, uint256 share) = limits.costBracket(i);
                if (upTo == 0) break;
                sum += ((principal < upTo ? principal : upTo) - below) * share;
                below = upTo;
            }
            return sum / MILLION;
        }
    }
}
