// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Terms} from "../libraries/Limits.sol";

/// @title INCOME
/// @notice RULE-INCOME-1: The loan's monthly payment or its principal, by itself or together with those of all loans open in the market,
/// MUST NOT be more than the share of the income declared.
library Income {
    uint256 internal constant PAYMENT = 0;
    uint256 internal constant PRINCIPAL = 1;
    uint256 internal constant ALL_PAYMENTS = 2;
    uint256 internal constant ALL_PRINCIPAL = 3;

    uint256 private constant MILLION = 10 ** 6;

    /// @param income A month, minor units.
    /// @param amount Of this loan, and of the others where the mode asks for them.
    /// @param incomplete That of another loan isn't known.
    function judge(
        Terms limits,
        uint256 income,
        uint256 amount,
        bool incomplete
    ) internal pure returns (bool breach, bool undetermined) {
        // Unchecked: 38 bits times 32. Rounded down, in favour of the borrower.
        unchecked {
            breach = amount > (income * limits.incomeShare()) / MILLION;
            return (breach, incomplete && !breach);
        }
    }
}
