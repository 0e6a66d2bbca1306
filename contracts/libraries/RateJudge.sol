// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rate} from "../rules/Rate.sol";

/// @title RATE for schedules that aren't level
/// @notice Stateless code beside {Judge}, which is a contract's size without it. Most schedules are one leg of equal payments, and
/// {RateCap} judges those itself.
library RateJudge {
    /// @notice Whether a schedule costs more than the cap.
    /// @param schedule found well-formed by {Schedule-summarise}
    /// @param opening_ what {Rate-opening} says
    /// @param cap a year, 10⁻⁹, below 2⁹⁹
    /// @param rate the version's rate fields (see {Rate})
    /// @param discounts the version's effective discounts
    function breaches(
        bytes calldata schedule,
        uint256 opening_,
        uint256 cap,
        uint256 rate,
        uint256 discounts
    ) external pure returns (bool) {
        return Rate.breaches(schedule, 0, opening_, cap, rate, discounts);
    }
}
