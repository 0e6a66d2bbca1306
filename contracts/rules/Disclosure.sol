// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title DISCLOSURE
/// @notice RULE-DISCLOSURE-1: The borrower MUST have acknowledged the cost table before the contract, by the reflection
/// time at least. Stated times are compared; an acknowledgement that isn't stated is undetermined.
library Disclosure {
    /// @param disclosed UTC seconds; zero: not stated.
    /// @param time The contract's stated time, UTC seconds.
    function judge(
        Terms limits,
        uint256 disclosed,
        uint256 time
    ) internal pure returns (bool breach, bool undetermined) {
        if (disclosed == 0) return (false, true);
        // Unchecked: 32 bits each. Negative, and so too short, if it was acknowledged after the contract.
        unchecked {
            return (int256(time - disclosed) < int256(limits.reflection()), false);
        }
    }
}
