// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../../libraries/Discount.sol";
import {Schedule} from "../../libraries/Schedule.sol";

/// @notice One pass of RATE over a schedule. Time is in ticks of a twelfth of a day, payments are in 2⁻¹⁶ minor units,
/// discount factors 112-bit fractions, present values therefore in 2⁻¹²⁸.
struct Pass {
    uint256 cap; // a year, 10⁻⁹
    uint256 ticks; // of a day, a week and a month, 16 bits each
    uint256 year; // 10⁹ × ticks of a year
    uint256 taking; // how payments of stepped legs are taken: 0, HIGH or EXACT
    uint256 slack; // by how much rounding payments up could add to the value; simple: 1 if it could
    uint256 unit; // nominal: ticks of a unit period
    uint256 v; // nominal: discount of a unit period
    uint256[] known; // nominal: its powers by their exponents
    uint256 value; // present value of the payments so far; simple: principal still owed, 2⁻⁶⁴
    uint256 discount; // of the last boundary (nominal) or payment; simple: principal and interest owed, 2⁻⁶⁴
    uint256 phase; // nominal: ticks since the last boundary
    uint256 open; // nominal: payments since then, and their sum times the ticks, in the halves of the word
}

/// @title Legs
/// @notice What the conventions of RATE share: taking payments out of legs, and adding up those of a leg.
library Legs {
    uint256 internal constant ONE = Discount.ONE;
    uint256 internal constant FRACTION = 0xffff;

    /// @dev A stepped leg is added up as if its payments were not rounded up, unless they are taken at the most that they
    /// can be, or each as it is.
    uint256 internal constant HIGH = 1;
    uint256 internal constant EXACT = 2;

    /// @dev Powers that a pass over many legs remembers.
    uint256 private constant REMEMBERED = 64;

    /// @notice A leg's payments, before they are rounded up.
    function payments(uint256 leg) internal pure returns (uint256 count, uint256 first, uint256 step) {
        count = leg >> 240;
        first = (leg >> 160) & 0xffffffffff0000;
        if (leg & Schedule.STEPPED != 0) step = (leg >> 120) & 0xffffffffffffff;
    }

    /// @notice Whether a leg must be walked payment by payment in this pass, because each is rounded up on its own.
    function walks(Pass memory pass, uint256 step) internal pure returns (bool) {
        return step & FRACTION != 0 && pass.taking == EXACT;
    }

    /// @notice A payment as it is paid.
    function roundUp(uint256 payment) internal pure returns (uint256) {
        // Unchecked: payments < 2⁵⁶.
        unchecked {
            return (payment + FRACTION) & ~FRACTION;
        }
    }

    /// @notice Adds `count` payments that are one `factor` apart, weighing each with `weight`.
    function addUp(
        Pass memory pass,
        uint256 factor,
        uint256 weight,
        uint256 count,
        uint256 first,
        uint256 step
    ) internal pure {
        // Unchecked: sums < 2¹²³, falling < 2¹³³, payments < 2⁵⁶; their products with a discount factor stay below 2²⁴⁵.
        unchecked {
            uint256 discount = pass.discount;
            uint256 sum;
            if (step == 0) {
                (factor, sum) = Discount.levelDown(factor, count);
            } else {
                uint256 falling;
                (factor, sum, falling) = Discount.fallingDown(factor, count);
                falling = (falling * discount) >> 112;
                if (weight != ONE) falling = (falling * weight) >> 112;
                pass.value += step * falling;
                first -= (count - 1) * step;
            }
            sum = (sum * discount) >> 112;
            if (weight != ONE) sum = (sum * weight) >> 112;
            pass.value += first * sum;
            pass.discount = (discount * factor) >> 112;
            if (step & FRACTION != 0) pass.slack += FRACTION * sum;
        }
    }

    /// @notice Room for powers, if there are legs enough to use them again.
    function remembering(uint256 legs) internal pure returns (uint256[] memory known) {
        if (legs > 8) known = new uint256[](REMEMBERED);
    }

    /// @notice v to the power of `exponent`, rounded down; `known` has those of this v by their exponents.
    function power(uint256[] memory known, uint256 v, uint256 exponent) internal pure returns (uint256 result) {
        if (exponent >= known.length) return Discount.powerDown(v, exponent);
        result = known[exponent];
        if (result == 0) {
            result = Discount.powerDown(v, exponent);
            known[exponent] = result;
        }
    }
}
