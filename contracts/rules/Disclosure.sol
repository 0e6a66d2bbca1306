// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Limits} from "../libraries/Limits.sol";

/// @title DISCLOSURE
/// @notice RULE-DISCLOSURE-1: The borrower MUST have acknowledged the cost table before the contract, by the reflection
/// time at least. Stated times are compared; an acknowledgement that isn't stated is undetermined.
library Disclosure {
    using Limits for uint256[10];

    /// @param disclosed UTC seconds; zero: not stated.
    /// @param time The contract's stated time, UTC seconds.
    function judge(
        uint256[10] memory limits,
        uint256 disclosed,
        uint256 time
    ) internal pure returns (bool breach, bool undetermined) {
        if (disclosed == 0) return (false, true);
        return (disclosed > time || time - disclosed < limits.reflection(), false);
    }
}
