// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../libraries/Limits.sol";

/// @title AMOUNT
/// @notice RULE-AMOUNT-1: The principal MUST NOT be below the minimum, nor above the maximum where there is one.
library Amount {
    using Limits for uint256[10];

    /// @param principal Minor units.
    function breaches(uint256[10] memory limits, uint256 principal) internal pure returns (bool) {
        uint256 most = limits.amountMax();
        return principal < limits.amountMin() || (principal > most && most != 0);
    }
}
