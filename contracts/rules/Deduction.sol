// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title DEDUCTION
/// @notice RULE-DEDUCTION-1: The cash received MUST equal the principal.
library Deduction {
    /// @dev Both in minor units.
    function breaches(uint256 cash, uint256 principal) internal pure returns (bool) {
        return cash != principal;
    }
}
