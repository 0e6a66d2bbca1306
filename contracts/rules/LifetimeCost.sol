// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title LIFETIME-COST
/// @notice RULE-LIFETIME-COST-1: All charges that the borrower ever bore for a loan and those that it is linked to, default charges included, MUST
/// NOT be more than the share of the largest principal.
library LifetimeCost {
    uint256 private constant MILLION = 10 ** 6;

    function breaches(Terms limits, uint256 charges, uint256 principal) internal pure returns (bool) {
        // Unchecked: 38 bits times 32. Rounded down, in favour of the borrower.
        unchecked {
            return charges > (principal * limits.lifetimeShare()) / MILLION;
        }
    }
}
