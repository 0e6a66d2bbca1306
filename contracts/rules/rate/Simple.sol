// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../../libraries/Discount.sol";
import {Schedule} from "../../libraries/Schedule.sol";
import {Legs, Pass} from "./Pass.sol";

/// @title Simple rates
/// @notice Interest accrues on the principal alone and earns none; a payment goes to interest first.
library Simple {
    /// @dev Below 2⁻¹² a discount factor is too coarse to divide by.
    uint256 private constant FINE = 1 << 100;

    /// @notice Whether the payments ever take more than is owed.
    /// @dev `owed += interest(principal) − payment; principal = min(principal, owed)`, in 2⁻⁶⁴ minor units; interest is
    /// rounded up, which favours the lender. `pass.value` is the principal and `pass.discount` what is owed.
    /// @param opening minor units
    function breaches(Pass memory pass, uint256 cursor, uint256 opening) internal pure returns (bool) {
        // Unchecked: principal < 2¹⁰⁵, growth < 2¹²⁴, so interest < 2¹⁸⁸ and 1,200 times that is far from 2²⁵⁶.
        unchecked {
            uint256 principal = opening << 64;
            uint256 owed = principal;
            uint256 year = pass.year;
            uint256 legs = Schedule.read(cursor) >> 240;
            for (cursor += 2; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += 10 + 7 * ((leg >> 239) & 1);
                uint256 growth = pass.cap * ((leg >> 216) & 0xffff) * ((pass.ticks >> ((leg >> 228) & 0x30)) & 0xffff);
                if (leg >> 241 == 0) {
                    owed += (principal * growth + year - 1) / year;
                    uint256 payment = ((leg >> 176) & 0xffffffffff) << 64;
                    if (payment > owed) return true;
                    owed -= payment;
                    if (owed < principal) principal = owed;
                } else {
                    pass.value = principal;
                    pass.discount = owed;
                    if (_leg(pass, leg, growth, legs == 1)) return true;
                    principal = pass.value;
                    owed = pass.discount;
                }
            }
            return false;
        }
    }

    /// @dev A leg of several payments. Whether they take more than is owed.
    function _leg(Pass memory pass, uint256 leg, uint256 growth, bool last) private pure returns (bool) {
        // Unchecked: as in {breaches}.
        unchecked {
            (uint256 count, uint256 first, uint256 step) = Legs.payments(leg);
            if (step & Legs.FRACTION != 0) {
                pass.slack = 1;
                if (pass.taking == Legs.HIGH) first += Legs.FRACTION;
            }
            bool walks = Legs.walks(pass, step);
            while (true) {
                uint256 interest = _interest(pass, growth);
                if (first << 48 <= interest && !walks) {
                    // No payment reaches the principal, so that all accrue the same interest.
                    pass.discount += count * interest - ((count * first - ((count * (count - 1)) / 2) * step) << 48);
                    return false;
                }
                uint256 arrears = pass.discount - pass.value;
                if (arrears == 0 && count > 1 && first << 48 > interest && !walks) {
                    (bool decided, bool over) = _closed(pass, growth, count, first, step, last);
                    if (decided) return over;
                    walks = true;
                } else if (step == 0 && first << 48 > interest) {
                    // Equal payments take equal parts off the arrears, as long as there are any.
                    uint256 part = (first << 48) - interest;
                    uint256 reducing = arrears / part;
                    if (reducing > count) reducing = count;
                    pass.discount -= reducing * part;
                    count -= reducing;
                    if (count == 0) return false;
                    if (reducing != 0) continue;
                }
                uint256 owed = pass.discount + interest;
                uint256 payment = (pass.taking == Legs.EXACT ? Legs.roundUp(first) : first) << 48;
                if (payment > owed) return true;
                owed -= payment;
                pass.discount = owed;
                if (owed < pass.value) pass.value = owed;
                if (--count == 0) return false;
                first -= step;
            }
            return false;
        }
    }

    /// @dev `count` payments of which the first pays all that has accrued and some principal. As long as the others do too,
    /// what is owed falls as if interest were compounded; compounding only ever leaves more owed, and once a payment
    /// does not reach the principal, the principal stays. So they take too much exactly if they do when compounded.
    function _closed(
        Pass memory pass,
        uint256 growth,
        uint256 count,
        uint256 first,
        uint256 step,
        bool last
    ) private pure returns (bool decided, bool over) {
        // Unchecked: as in Legs.addUp; what is left < 2¹⁶⁹, and 48 bits more.
        unchecked {
            uint256 left = pass.value << 64;
            uint256 factor = (pass.year << 112) / (pass.year + growth);
            uint256 sum;
            if (step == 0) {
                (factor, sum) = Discount.levelDown(factor, count);
                sum *= first;
            } else {
                uint256 falling;
                (factor, sum, falling) = Discount.fallingDown(factor, count);
                first -= (count - 1) * step;
                sum = first * sum + step * falling;
            }
            if (sum > left) return (true, true);
            if (last) return (true, false);
            if (factor < FINE) return (false, false);
            left = (((left - sum) << 48) + factor - 1) / factor;
            // What payments take off the principal grows all along or shrinks all along: the first and the last tell.
            if (step != 0 && first << 48 < (left * growth + pass.year - 1) / pass.year) return (false, false);
            pass.value = left;
            pass.discount = left;
            return (true, false);
        }
    }

    /// @dev What the principal accrues in a gap, rounded up.
    function _interest(Pass memory pass, uint256 growth) private pure returns (uint256) {
        unchecked {
            uint256 year = pass.year;
            return (pass.value * growth + year - 1) / year;
        }
    }

    /// @notice The same for equal payments, from the first on: 0 or 1.
    function oneLeg(
        uint256 count,
        uint256 payment,
        uint256 opening,
        uint256 growth,
        uint256 year
    ) internal pure returns (uint256) {
        // Unchecked: as in {breaches}.
        unchecked {
            uint256 interest = ((opening << 64) * growth + year - 1) / year;
            if (count == 1) return payment << 48 > (opening << 64) + interest ? 1 : 0;
            // Payments that never reach the principal never take too much.
            if (payment << 48 <= interest) return 0;
            (, uint256 sum) = Discount.levelDown((year << 112) / (year + growth), count);
            return payment * sum > opening << 128 ? 1 : 0;
        }
    }
}
