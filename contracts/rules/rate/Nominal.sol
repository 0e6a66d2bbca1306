// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../../libraries/Discount.sol";
import {Schedule} from "../../libraries/Schedule.sol";
import {Legs, Pass} from "./Pass.sol";

/// @title Nominal rates
/// @notice Interest is simple within a unit period and is added to the balance at its end; unit periods are counted from
/// the contract.
library Nominal {
    /// @dev Payments since the last boundary and their moment, in the halves of one word.
    uint256 private constant PAID = 1 << 128;
    /// @dev The lowest bit of each of the eight lanes of 32 bits that a word has.
    uint256 private constant LANES = type(uint256).max / 0xffffffff;

    /// @notice What the payments are worth at the contract's time. The discount factor is a power of the unit period's at
    /// each boundary, and falls in a straight line from one to the next, and from the last one to the last payment.
    function presentValueDown(Pass memory pass, uint256 cursor, uint256 unit) internal pure returns (uint256 value) {
        // Unchecked: cap < 2⁹⁹ and unit < 2¹³ ticks; year > 2⁴¹. Phase < unit, gap < 2²⁵. Payments sum up to less than
        // 2⁶⁷, moments to 2⁸⁰.
        unchecked {
            pass.unit = unit;
            uint256 v = (pass.year << 112) / (pass.year + pass.cap * unit);
            pass.v = v;
            uint256 discount = Legs.ONE;
            uint256 phase;
            uint256 open;
            uint256 legs = Schedule.read(cursor) >> 240;
            pass.known = Legs.remembering(legs);
            for (cursor += 2; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += 10 + 7 * ((leg >> 239) & 1);
                uint256 gap = ((leg >> 216) & 0xffff) * ((pass.ticks >> ((leg >> 228) & 0x30)) & 0xffff);
                if (leg >> 241 != 0) {
                    pass.value = value;
                    pass.discount = discount;
                    pass.phase = phase;
                    pass.open = open;
                    _leg(pass, leg, gap);
                    value = pass.value;
                    discount = pass.discount;
                    phase = pass.phase;
                    open = pass.open;
                    continue;
                }
                phase += gap;
                if (phase >= unit) {
                    uint256 next = (discount * v) >> 112;
                    if (open != 0) {
                        // As _between does, which would cost 50 gas more at each leg.
                        uint256 moment = open & (PAID - 1);
                        value += (((open >> 128) * unit - moment) * discount + moment * next) / unit;
                        open = 0;
                    }
                    if (gap < 2 * unit) {
                        discount = next;
                        phase -= unit;
                    } else {
                        gap /= unit;
                        discount = (discount * Legs.power(pass.known, v, gap)) >> 112;
                        phase -= gap * unit;
                    }
                    if (phase >= unit) {
                        discount = (discount * v) >> 112;
                        phase -= unit;
                    }
                }
                leg = (leg >> 160) & 0xffffffffff0000; // the payment
                if (phase == 0) value += leg * discount;
                else open += leg * (PAID | phase);
            }
            return open == 0 ? value : value + _last(pass, discount, phase, open);
        }
    }

    /// @dev A leg of several payments.
    function _leg(Pass memory pass, uint256 leg, uint256 gap) private pure {
        // Unchecked: 2¹³ · 2¹¹² + 2¹³ · 2¹¹² for the weight.
        unchecked {
            uint256 unit = pass.unit;
            uint256 factor = gap / unit == 1 ? pass.v : Discount.powerDown(pass.v, gap / unit);
            (uint256 count, uint256 first, uint256 step) = Legs.payments(leg);
            if (gap % unit == 0 && !Legs.walks(pass, step)) {
                if (pass.phase == 0) return Legs.addUp(pass, factor, Legs.ONE, count, first, step);
                // All as far into a unit period as the payment before. The last one may be the schedule's last.
                _toBoundary(pass);
                uint256 weight = ((unit - pass.phase) * Legs.ONE + pass.phase * pass.v) / unit;
                Legs.addUp(pass, factor, weight, count - 1, first, step);
                first -= (count - 1) * step;
                count = 1;
            }
            _walk(pass, gap, factor, count, first, step);
        }
    }

    /// @dev `count` payments, each `gap` ticks after the one before.
    function _walk(
        Pass memory pass,
        uint256 gap,
        uint256 factor,
        uint256 count,
        uint256 first,
        uint256 step
    ) private pure {
        // Unchecked: as in {presentValueDown}.
        unchecked {
            uint256 unit = pass.unit;
            uint256 phase = pass.phase;
            bool whole = gap >= unit;
            gap %= unit;
            while (true) {
                phase += gap;
                if (whole || phase >= unit) {
                    _toBoundary(pass);
                    if (whole) pass.discount = (pass.discount * factor) >> 112;
                    if (phase >= unit) {
                        pass.discount = (pass.discount * pass.v) >> 112;
                        phase -= unit;
                    }
                }
                if (phase == 0) pass.value += Legs.roundUp(first) * pass.discount;
                else pass.open += Legs.roundUp(first) * (PAID | phase);
                if (--count == 0) break;
                first -= step;
            }
            pass.phase = phase;
        }
    }

    /// @dev What payments between two boundaries, `unit` ticks apart, of these discounts are worth.
    function _between(uint256 open, uint256 unit, uint256 discount, uint256 next) private pure returns (uint256) {
        // Unchecked: 2⁸⁰ · 2¹¹² + 2⁸⁰ · 2¹¹².
        unchecked {
            uint256 moment = open & (PAID - 1);
            return (((open >> 128) * unit - moment) * discount + moment * next) / unit;
        }
    }

    /// @dev As {_between}, for the open payments of a pass.
    function _toBoundary(Pass memory pass) private pure {
        unchecked {
            if (pass.open == 0) return;
            pass.value += _between(pass.open, pass.unit, pass.discount, (pass.discount * pass.v) >> 112);
            pass.open = 0;
        }
    }

    /// @dev What payments after the last boundary are worth. Interest of this stretch, not of a whole unit period, is added
    /// when it ends with the last payment.
    function _last(Pass memory pass, uint256 discount, uint256 phase, uint256 open) private pure returns (uint256) {
        // Unchecked: cap · moment < 2⁹⁹ · 2⁸⁰, and 64 bits more.
        unchecked {
            uint256 paid = open >> 128;
            uint256 worth = paid * pass.year + pass.cap * (paid * phase - (open & (PAID - 1)));
            return (((worth << 64) / (pass.year + pass.cap * phase)) * discount) >> 64;
        }
    }

    /// @notice Ticks of a unit period, given the most frequent gap, of which at most a year is taken.
    function unitPeriod(uint256 ticks, uint256 rate, uint256 gap) internal pure returns (uint256) {
        unchecked {
            uint256 unit = (rate >> 224) & 0xff;
            if (unit < 3) return ((ticks >> (unit << 4)) & 0xffff) * ((rate >> 216) & 0xff);
            uint256 year = 12 * (ticks >> 32);
            return unit == 3 || gap > year ? year : gap;
        }
    }

    /// @notice Ticks of the most frequent gap; of equally frequent ones the shortest; a year if there are more than eight different ones.
    function commonGap(uint256 cursor, uint256 ticks) internal pure returns (uint256 common) {
        // Unchecked: eight gaps of less than 2²⁵ in a word, and eight counts below 2¹¹ in another.
        unchecked {
            uint256 gaps;
            uint256 counts;
            // The lowest bit of the first lane without a gap; zero: all eight have one.
            uint256 free = 1;
            uint256 lane;
            uint256 legs = Schedule.read(cursor) >> 240;
            cursor += 2;
            while (legs != 0) {
                uint256 leg = Schedule.read(cursor);
                // Gap and unit, as they are packed. Legs that follow each other and have the same are looked up once.
                uint256 key = (leg >> 216) & 0x3ffff;
                uint256 payments = 0;
                while (true) {
                    payments += leg >> 240;
                    cursor += 10 + 7 * ((leg >> 239) & 1);
                    if (--legs == 0) break;
                    leg = Schedule.read(cursor);
                    if ((leg >> 216) & 0x3ffff != key) break;
                }
                uint256 gap = (key & 0xffff) * ((ticks >> ((key >> 12) & 0x30)) & 0xffff);
                // All lanes are looked at in one go: of the one that has the gap nothing is left, so that its sum stays below its highest bit.
                lane = (~((gaps ^ (gap * LANES)) + LANES * 0x7fffffff) >> 31) & LANES;
                if (lane == 0) {
                    if (free == 0) return 12 * (ticks >> 32);
                    lane = free;
                    gaps |= gap * lane;
                    free <<= 32;
                }
                counts += payments * lane;
            }
            uint256 most;
            for (lane = 1; lane != free; lane <<= 32) {
                uint256 gap = (gaps / lane) & 0xffffffff;
                uint256 payments = (counts / lane) & 0xffffffff;
                if (payments < most || (payments == most && gap > common)) continue;
                most = payments;
                common = gap;
            }
        }
    }
}
