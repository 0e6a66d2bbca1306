// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title LICENCE
/// @notice RULE-LICENCE-1: A platform MUST be active, and licensed for the product, to open a loan.
library LicenceRule {
    function breaches(bool active, bool licensed) internal pure returns (bool) {
        return !active || !licensed;
    }
}
