// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Frequency} from "./Frequency.sol";

/// @notice The calendar that FREQUENCY counts by.
contract FrequencyTest {
    /// Every year from 2000 to 2106 begins where the one before it ends, and each of its days is in it.
    function testFuzz_YearsHaveTheirDays(uint16 offset) external pure {
        uint256 year = 2000;
        uint256 start = 10_957;
        uint256 day = start + (uint256(offset) % 39_000);
        while (true) {
            bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            uint256 next = start + (leap ? 366 : 365);
            if (day < next) break;
            (start, year) = (next, year + 1);
        }
        require(Frequency.yearStart(day) == start, "another year");
        require(Frequency.yearStart(start) == start, "its first day isn't in it");
    }
}
