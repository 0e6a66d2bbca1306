// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../../libraries/Discount.sol";
import {Schedule} from "../../libraries/Schedule.sol";
import {Legs, Pass} from "./Pass.sol";

/// @title Effective annual rates
/// @notice Interest is compounded all along: a day's or a month's growth is a root of the year's.
library Effective {
    /// @notice What the payments are worth at the contract's time. Each gap has its discount, a power of the day's or the month's.
    function presentValueDown(
        Pass memory pass,
        uint256 cursor,
        uint256 discounts
    ) internal pure returns (uint256 value) {
        // Unchecked: discounts are at most 2¹¹²; all else see the functions called.
        unchecked {
            uint256 discount = Legs.ONE;
            uint256 before;
            uint256 factor;
            uint256 legs = Schedule.read(cursor) >> 240;
            uint256[] memory known = Legs.remembering(legs);
            for (cursor += 2; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += 10 + 7 * ((leg >> 239) & 1);
                // Gap and unit, as they are packed.
                uint256 key = (leg >> 216) & 0x3ffff;
                if (key != before) {
                    before = key;
                    factor = key >> 16 == 0 ? Legs.power(known, discounts >> 128, key) : factorOf(key, discounts);
                }
                if (leg >> 241 == 0) {
                    discount = (discount * factor) >> 112;
                    value += discount * ((leg >> 160) & 0xffffffffff0000);
                } else {
                    pass.value = value;
                    pass.discount = discount;
                    _leg(pass, leg, factor);
                    value = pass.value;
                    discount = pass.discount;
                }
            }
        }
    }

    /// @dev A leg of several payments.
    function _leg(Pass memory pass, uint256 leg, uint256 factor) private pure {
        // Unchecked: see Legs.addUp.
        unchecked {
            (uint256 count, uint256 first, uint256 step) = Legs.payments(leg);
            if (!Legs.walks(pass, step)) return Legs.addUp(pass, factor, Legs.ONE, count, first, step);
            while (true) {
                pass.discount = (pass.discount * factor) >> 112;
                pass.value += pass.discount * Legs.roundUp(first);
                if (--count == 0) break;
                first -= step;
            }
        }
    }

    /// @notice The discount of a gap, which is given with its unit as a leg packs it.
    function factorOf(uint256 key, uint256 discounts) internal pure returns (uint256) {
        unchecked {
            uint256 gap = key & 0xffff;
            if (key >> 16 == 2) return Discount.powerDown(discounts & type(uint128).max, gap);
            return Discount.powerDown(discounts >> 128, key >> 16 == 0 ? gap : 7 * gap);
        }
    }
}
