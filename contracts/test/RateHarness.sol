// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../libraries/Discount.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {Rate} from "../rules/Rate.sol";

/// @notice Lets tests call the libraries of RATE, many cases at once, and measure them.
contract RateHarness {
    struct Case {
        bytes schedule;
        uint256 opening;
        uint256 cap;
        uint256 rate;
        uint256 discounts;
    }

    struct Summary {
        uint256 payments;
        uint256 total;
        uint256 largest;
        uint256 term;
    }

    function breaches(Case[] calldata cases) external pure returns (bool[] memory over) {
        over = new bool[](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            Case calldata c = cases[i];
            over[i] = Rate.breaches(c.schedule, 0, c.opening, c.cap, c.rate, c.discounts);
        }
    }

    function summarise(bytes[] calldata schedules) external pure returns (Summary[] memory summaries) {
        summaries = new Summary[](schedules.length);
        for (uint256 i = 0; i < schedules.length; ++i) {
            Summary memory s = summaries[i];
            (s.payments, s.total, s.largest, s.term) = Schedule.summarise(schedules[i], 0, schedules[i].length);
        }
    }

    /// @return over whether it breaches
    /// @return rateGas gas of RATE alone
    /// @return scheduleGas gas of checking and adding up the schedule
    function measure(Case calldata c) external view returns (bool over, uint256 rateGas, uint256 scheduleGas) {
        bytes calldata schedule = c.schedule;
        uint256 balance = c.opening;
        uint256 cap = c.cap;
        uint256 rate = c.rate;
        uint256 discounts = c.discounts;
        uint256 before = gasleft();
        over = Rate.breaches(schedule, 0, balance, cap, rate, discounts);
        rateGas = before - gasleft();
        before = gasleft();
        Schedule.summarise(schedule, 0, schedule.length);
        scheduleGas = before - gasleft();
    }

    function opening(uint256 cash, uint256 principal, uint256 payments) external pure returns (uint256) {
        return Rate.opening(cash, principal, payments);
    }

    function capDown(uint256 rate, uint256 referenceRate) external pure returns (uint256) {
        return Rate.capDown(rate, referenceRate);
    }

    function isValid(uint256 rate, uint256 discounts) external pure returns (bool) {
        return Rate.isValid(rate, discounts);
    }

    function isRoot(uint256 v, uint256 n, uint256 cap) external pure returns (bool) {
        return Discount.isRoot(v, n, cap);
    }

    function fallen(uint256 count, uint256 step) external pure returns (uint256) {
        return Schedule.fallen(count, step);
    }
}
