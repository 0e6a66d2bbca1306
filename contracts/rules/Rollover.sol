// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title ROLLOVER
/// @notice RULE-ROLLOVER-1: A loan MUST NOT be extended or renewed more often than allowed, nor extended before the share of its principal was paid.
library Rollover {
    uint256 private constant MILLION = 10 ** 6;
    /// @dev At which the count of extensions stops.
    uint256 private constant MANY = 15;

    /// @param extensions Before this one; MANY: so many at least.
    /// @param renewals What a linked loan has before it.
    /// @param repaid Of the principal, minor units.
    /// @param principal Minor units.
    function judge(
        Terms limits,
        uint256 extensions,
        uint256 renewals,
        uint256 repaid,
        uint256 principal
    ) internal pure returns (bool breach, bool undetermined) {
        // Unchecked: small numbers; an amount below 2^38 and a share below 2^32. Rounded down, in favour of the lender.
        unchecked {
            breach =
                extensions + renewals + 1 > limits.rolloverMax() ||
                repaid < (principal * limits.rolloverPaid()) / MILLION;
            return (breach, extensions == MANY && !breach);
        }
    }
}
