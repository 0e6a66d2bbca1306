// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title COMPLAINT
/// @notice RULE-COMPLAINT-1: A complaint MUST be answered within the time for it. One that was never answered is late by the clock alone:
/// nothing is filed that a rule could judge.
library Complaint {
    /// @param complained When the borrower complained, UTC seconds.
    /// @param answered UTC seconds.
    function breaches(Terms limits, uint256 complained, uint256 answered) internal pure returns (bool) {
        // Unchecked: 32 bits each.
        unchecked {
            return answered > complained + limits.answerWithin();
        }
    }
}
