// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../libraries/Discount.sol";
import {Schedule} from "../libraries/Schedule.sol";

/// @title Rate
/// @notice RATE: a loan MUST NOT cost more than the cap: growing at the cap, what the borrower received must never be
/// less than what the schedule has taken off it. `docs/spec/rate.md` has the conventions, the proofs and the bounds.
///
/// `rate` is bytes 67 to 98 of a version, as a word (the last three are not part of it):
/// `convention u8 · yearBasis u16 · unit u8 · unitCount u8 · cap u64 · series u8 · maxAge u16 · spread u40 · reserved`.
/// `discounts` is bytes 96 to 127: `dayDiscount u128 · monthDiscount u128`.
///
/// Time is counted in twelfths of a day (*ticks*), so that a month, one twelfth of a year, has `yearBasis` of them.
/// Payments are in 2⁻¹⁶ minor units, discount factors 112-bit fractions, present values therefore in 2⁻¹²⁸.
library Rate {
    uint256 private constant NOMINAL = 0;
    uint256 private constant EFFECTIVE = 1;
    uint256 private constant SIMPLE = 2;

    uint256 private constant ONE = Discount.ONE;
    uint256 private constant FRACTION = 0xffff;

    /// @dev How a payment of a stepped leg is taken: without its rounding up, at the most it can be, or as it is.
    uint256 private constant LOW = 0;
    uint256 private constant HIGH = 1;
    uint256 private constant EXACT = 2;

    /// @dev Below 2⁻²⁴ a discount factor is too coarse to divide by.
    uint256 private constant FINE = 1 << 88;

    /// @dev One pass over a schedule.
    struct Run {
        uint256 cap;
        uint256 year; // 10⁹ × ticks of a year
        uint256 taking; // LOW, HIGH or EXACT
        uint256 fractional; // nonzero once a payment was met that rounding up changes
        uint256 value; // present value of the payments so far, 2⁻¹²⁸; simple: principal still owed, 2⁻⁶⁴
        uint256 discount; // of the last boundary (nominal) or payment, 2⁻¹¹²; simple: principal and interest owed, 2⁻⁶⁴
        uint256 unit; // nominal: ticks of a unit period
        uint256 v; // nominal: discount of a unit period
        uint256 phase; // nominal: ticks since the last boundary
        uint256 paid; // nominal: payments since then
        uint256 moment; // nominal: Σ payment × ticks since then
    }

    /// @notice Whether the schedule costs more than the cap.
    /// @param entry an entry whose schedule {Schedule-summarise} found well-formed
    /// @param start where in it the schedule begins
    /// @param opening_ what {opening} says
    /// @param cap a year, 10⁻⁹, below 2⁹⁹
    /// @param rate the version's rate fields, which must be {isValid}
    /// @param discounts the version's effective discounts; ignored unless the convention is effective
    function breaches(
        bytes calldata entry,
        uint256 start,
        uint256 opening_,
        uint256 cap,
        uint256 rate,
        uint256 discounts
    ) internal pure returns (bool) {
        Run memory run;
        run.cap = cap;
        uint256 cursor = Schedule.pointer(entry, start);
        bool over = _over(run, cursor, opening_, rate, discounts);
        if (over || run.fractional == 0) return over;
        // Rounding up decides at most where it is worth as much as what is missing to the cap.
        run.taking = HIGH;
        if (!_over(run, cursor, opening_, rate, discounts)) return false;
        run.taking = EXACT;
        return _over(run, cursor, opening_, rate, discounts);
    }

    /// @notice The balance to begin with, minor units: the cash received, and one minor unit a payment, at most a
    /// thousandth of the principal, because lenders round payments up.
    function opening(uint256 cash, uint256 principal, uint256 payments) internal pure returns (uint256) {
        uint256 most = principal / 1000;
        return cash + (payments < most ? payments : most);
    }

    /// @notice The number of the reference series that the cap follows; zero: the cap is fixed.
    function series(uint256 rate) internal pure returns (uint256) {
        return (rate >> 144) & 0xff;
    }

    /// @notice Seconds for which a point of the series holds.
    function maxAge(uint256 rate) internal pure returns (uint256) {
        return ((rate >> 128) & 0xffff) * 1 days;
    }

    /// @notice The cap a year, 10⁻⁹; rounded down.
    /// @param referenceRate the series' rate a year, 10⁻⁹; ignored if the cap is fixed
    function capDown(uint256 rate, uint256 referenceRate) internal pure returns (uint256) {
        uint256 cap = (rate >> 152) & 0xffffffffffffffff;
        return series(rate) == 0 ? cap : (cap * referenceRate) / 1e9 + ((rate >> 88) & 0xffffffffff);
    }

    /// @notice Whether a version's rate fields are within what the protocol allows.
    function isValid(uint256 rate, uint256 discounts) internal pure returns (bool) {
        uint256 convention = rate >> 248;
        uint256 basis = _basis(rate);
        uint256 unit = (rate >> 224) & 0xff;
        uint256 units = (rate >> 216) & 0xff;
        if (convention > SIMPLE || (basis != 360 && (basis < 364 || basis > 366))) return false;
        if ((unit > 3 && unit != 255) || units == 0 || units > (unit < 3 ? 12 : 1)) return false;
        if (convention != EFFECTIVE) return true;
        if (series(rate) != 0) return false;
        uint256 cap = capDown(rate, 0);
        return Discount.isRoot(discounts >> 128, basis, cap) && Discount.isRoot(discounts & type(uint128).max, 12, cap);
    }

    /// @dev One pass. Everything but `cap` and `taking` of `run` is set here.
    function _over(
        Run memory run,
        uint256 cursor,
        uint256 opening_,
        uint256 rate,
        uint256 discounts
    ) private pure returns (bool) {
        uint256 basis = _basis(rate);
        // Unchecked: see the bounds at each function.
        unchecked {
            run.year = 12e9 * basis;
            if (rate >> 248 == SIMPLE) {
                run.value = opening_ << 64;
                run.discount = opening_ << 64;
                return _simple(run, cursor, basis);
            }
            run.value = 0;
            run.discount = ONE;
            if (rate >> 248 == NOMINAL) {
                run.phase = 0;
                run.paid = 0;
                run.moment = 0;
                _nominal(run, cursor, basis, _unitPeriod(cursor, rate, basis));
            } else {
                _effective(run, cursor, discounts);
            }
            return run.value > opening_ << 128;
        }
    }

    // ------------------------------------------------------------------------------------------------ nominal

    /// @dev Interest is simple within a unit period and is added to the balance at its end. So the discount factor
    /// falls in a straight line between boundaries, and between the last one and the last payment.
    function _nominal(Run memory run, uint256 cursor, uint256 basis, uint256 unit) private pure {
        // Unchecked: cap < 2⁹⁹ and unit < 2¹³ ticks; year > 2⁴¹.
        unchecked {
            uint256 v = (run.year << 112) / (run.year + run.cap * unit);
            run.unit = unit;
            run.v = v;
            uint256 legs = Schedule.read(cursor) >> 240;
            cursor += 2;
            for (; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += Schedule.size(leg);
                uint256 gap = _ticks(leg, basis);
                (uint256 count, uint256 first, uint256 step) = _payments(run, leg);
                if (count == 1 || gap % unit != 0 || _walks(run, step)) {
                    _walk(run, gap, count, first, step);
                    continue;
                }
                uint256 factor = gap == unit ? v : Discount.powerDown(v, gap / unit);
                if (run.phase == 0) {
                    _closed(run, factor, ONE, count, first, step);
                    continue;
                }
                // The last one may be the schedule's last.
                _closedBetween(run, factor, count - 1, first, step);
                _walk(run, gap, 1, first - (count - 1) * step, 0);
            }
            if (run.paid == 0) return;
            // The last stretch: interest of its length, not of a whole unit period, is added at the last payment.
            uint256 worth = run.paid * run.year + run.cap * (run.paid * run.phase - run.moment);
            run.value += (((worth << 64) / (run.year + run.cap * run.phase)) * run.discount) >> 64;
        }
    }

    /// @dev `count` payments, each `gap` ticks after the one before.
    function _walk(Run memory run, uint256 gap, uint256 count, uint256 first, uint256 step) private pure {
        // Unchecked: payments sum up to less than 2⁶⁷, moments to 2⁸⁰.
        unchecked {
            uint256 unit = run.unit;
            uint256 phase = run.phase;
            while (true) {
                phase += gap;
                if (phase >= unit) {
                    if (run.paid != 0) _toBoundary(run);
                    uint256 factor = run.v;
                    if (phase >= 2 * unit) factor = Discount.powerDown(factor, phase / unit);
                    run.discount = (run.discount * factor) >> 112;
                    phase %= unit;
                }
                uint256 payment = _taken(run, first);
                if (phase == 0) {
                    run.value += payment * run.discount;
                } else {
                    run.paid += payment;
                    run.moment += payment * phase;
                }
                if (--count == 0) break;
                first -= step;
            }
            run.phase = phase;
        }
    }

    /// @dev As {_closed}, for payments that are all as far into a unit period as the payment before.
    function _closedBetween(Run memory run, uint256 factor, uint256 count, uint256 first, uint256 step) private pure {
        // Unchecked: 2¹³ · 2¹¹² + 2¹³ · 2¹¹².
        unchecked {
            if (run.paid != 0) _toBoundary(run);
            uint256 weight = ((run.unit - run.phase) * ONE + run.phase * run.v) / run.unit;
            _closed(run, factor, weight, count, first, step);
        }
    }

    /// @dev Values the payments since the last boundary between it and the next.
    function _toBoundary(Run memory run) private pure {
        // Unchecked: 2⁸⁰ · 2¹¹² + 2⁸⁰ · 2¹¹².
        unchecked {
            uint256 next = (run.discount * run.v) >> 112;
            run.value += ((run.paid * run.unit - run.moment) * run.discount + run.moment * next) / run.unit;
            run.paid = 0;
            run.moment = 0;
        }
    }

    /// @dev Ticks of a unit period.
    function _unitPeriod(uint256 cursor, uint256 rate, uint256 basis) private pure returns (uint256) {
        unchecked {
            uint256 unit = (rate >> 224) & 0xff;
            uint256 units = (rate >> 216) & 0xff;
            if (unit == 2) return basis * units;
            if (unit == 0) return 12 * units;
            if (unit == 1) return 84 * units;
            return unit == 3 ? 12 * basis : _commonGap(cursor, basis);
        }
    }

    /// @dev The most frequent gap; of equally frequent ones the shortest; at most a year, and a year if there are more
    /// than eight different ones.
    function _commonGap(uint256 cursor, uint256 basis) private pure returns (uint256 common) {
        // Unchecked: payments are few.
        unchecked {
            uint256[8] memory gaps;
            uint256[8] memory counts;
            uint256 legs = Schedule.read(cursor) >> 240;
            cursor += 2;
            for (; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += Schedule.size(leg);
                uint256 gap = _ticks(leg, basis);
                uint256 k;
                while (gaps[k] != gap && gaps[k] != 0) if (++k == 8) return 12 * basis;
                gaps[k] = gap;
                counts[k] += leg >> 240;
            }
            uint256 most;
            for (uint256 k; k != 8; ++k) {
                if (counts[k] < most || (counts[k] == most && gaps[k] >= common)) continue;
                most = counts[k];
                common = gaps[k];
            }
            if (common > 12 * basis) common = 12 * basis;
        }
    }

    // ---------------------------------------------------------------------------------------------- effective

    /// @dev Each gap has its discount, a power of the day's or the month's.
    function _effective(Run memory run, uint256 cursor, uint256 discounts) private pure {
        // Unchecked: a week's discount is a day's to the power of 7; all others see their functions.
        unchecked {
            uint256 legs = Schedule.read(cursor) >> 240;
            cursor += 2;
            uint256 known;
            uint256 factor;
            for (; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += Schedule.size(leg);
                // Gap and unit, as they are packed.
                uint256 key = (leg >> 216) & 0x3ffff;
                if (key != known) {
                    known = key;
                    uint256 gap = key & 0xffff;
                    key >>= 16;
                    if (key == 2) factor = Discount.powerDown(discounts & type(uint128).max, gap);
                    else factor = Discount.powerDown(discounts >> 128, key == 0 ? gap : 7 * gap);
                }
                (uint256 count, uint256 first, uint256 step) = _payments(run, leg);
                if (count > 1 && !_walks(run, step)) {
                    _closed(run, factor, ONE, count, first, step);
                    continue;
                }
                while (true) {
                    uint256 discount = (run.discount * factor) >> 112;
                    run.discount = discount;
                    run.value += discount * _taken(run, first);
                    if (--count == 0) break;
                    first -= step;
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------- simple

    /// @dev Interest accrues on the principal alone, and a payment goes to it first. With the principal in `run.value` and
    /// principal and interest in `run.discount`: `owed += interest(principal) − payment; principal = min(principal, owed)`.
    /// Interest is rounded up, which favours the lender.
    function _simple(Run memory run, uint256 cursor, uint256 basis) private pure returns (bool) {
        unchecked {
            uint256 legs = Schedule.read(cursor) >> 240;
            cursor += 2;
            for (; legs != 0; --legs) {
                uint256 leg = Schedule.read(cursor);
                cursor += Schedule.size(leg);
                uint256 growth = run.cap * _ticks(leg, basis);
                (uint256 count, uint256 first, uint256 step) = _payments(run, leg);
                if (step == 0) {
                    if (_simpleLevel(run, growth, count, first, legs == 1)) return true;
                } else if (_simpleFalling(run, growth, count, first, step)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// @dev `count` equal payments. Whether they take more than is owed.
    function _simpleLevel(
        Run memory run,
        uint256 growth,
        uint256 count,
        uint256 first,
        bool last
    ) private pure returns (bool) {
        // Unchecked: principal < 2¹⁰⁴, growth < 2¹²⁴, so interest < 2¹⁸⁸ and 1,200 times that is far from 2²⁵⁶.
        unchecked {
            uint256 payment = first << 48;
            while (count != 0) {
                uint256 principal = run.value;
                uint256 interest = (principal * growth + run.year - 1) / run.year;
                if (payment <= interest) {
                    // No payment reaches the principal, so that all accrue the same interest.
                    run.discount += count * (interest - payment);
                    return false;
                }
                uint256 arrears = run.discount - principal;
                if (arrears != 0) {
                    uint256 reducing = arrears / (payment - interest);
                    if (reducing > count) reducing = count;
                    run.discount -= reducing * (payment - interest);
                    count -= reducing;
                    if (reducing != 0) continue;
                } else if (count > 1) {
                    // Every payment pays all interest accrued, so that the whole falls as if interest were compounded.
                    uint256 factor = (run.year << 112) / (run.year + growth);
                    uint256 sum;
                    (factor, sum) = Discount.levelDown(factor, count);
                    if (first * sum > principal << 64) return true;
                    if (last) return false;
                    if (factor >= FINE) {
                        principal = _grown((principal << 64) - first * sum, factor);
                        run.value = principal;
                        run.discount = principal;
                        return false;
                    }
                }
                if (_simplePay(run, growth, payment)) return true;
                --count;
            }
            return false;
        }
    }

    /// @dev `count` payments, each less than the one before.
    function _simpleFalling(
        Run memory run,
        uint256 growth,
        uint256 count,
        uint256 first,
        uint256 step
    ) private pure returns (bool) {
        // Unchecked: as in _simpleLevel.
        unchecked {
            uint256 principal = run.value;
            if (
                !_walks(run, step) &&
                run.discount == principal &&
                first << 48 >= (principal * growth + run.year - 1) / run.year
            ) {
                uint256 smallest = first - (count - 1) * step;
                (uint256 factor, uint256 sum, uint256 falling) = Discount.fallingDown(
                    (run.year << 112) / (run.year + growth),
                    count
                );
                sum = smallest * sum + step * falling;
                // Compounding only ever makes the balance greater.
                if (sum > principal << 64) return true;
                if (factor >= FINE) {
                    principal = _grown((principal << 64) - sum, factor);
                    // What payments take off the principal grows or shrinks all along: the first and the last tell.
                    if (smallest << 48 >= (principal * growth + run.year - 1) / run.year) {
                        run.value = principal;
                        run.discount = principal;
                        return false;
                    }
                }
            }
            while (true) {
                if (_simplePay(run, growth, _taken(run, first) << 48)) return true;
                if (--count == 0) return false;
                first -= step;
            }
            return false;
        }
    }

    /// @dev One payment, 2⁻⁶⁴. Whether it takes more than is owed.
    function _simplePay(Run memory run, uint256 growth, uint256 payment) private pure returns (bool) {
        unchecked {
            uint256 owed = run.discount + (run.value * growth + run.year - 1) / run.year;
            if (payment > owed) return true;
            owed -= payment;
            run.discount = owed;
            if (owed < run.value) run.value = owed;
            return false;
        }
    }

    /// @dev What is left of a present value of `left` 2⁻¹²⁸ once it has grown, 2⁻⁶⁴, rounded up.
    function _grown(uint256 left, uint256 factor) private pure returns (uint256) {
        unchecked {
            return ((left << 48) + factor - 1) / factor;
        }
    }

    // ------------------------------------------------------------------------------------------------- shared

    /// @dev Adds `count` payments that are one `factor` apart, weighing each with `weight`.
    function _closed(
        Run memory run,
        uint256 factor,
        uint256 weight,
        uint256 count,
        uint256 first,
        uint256 step
    ) private pure {
        // Unchecked: sums < 2¹²³, falling < 2¹³³, payments < 2⁵⁶; their products with a discount factor stay below 2²⁴⁵.
        unchecked {
            uint256 discount = run.discount;
            uint256 sum;
            if (step == 0) {
                (factor, sum) = Discount.levelDown(factor, count);
            } else {
                uint256 falling;
                (factor, sum, falling) = Discount.fallingDown(factor, count);
                falling = (falling * discount) >> 112;
                if (weight != ONE) falling = (falling * weight) >> 112;
                run.value += step * falling;
                first -= (count - 1) * step;
            }
            sum = (sum * discount) >> 112;
            if (weight != ONE) sum = (sum * weight) >> 112;
            run.value += first * sum;
            run.discount = (discount * factor) >> 112;
        }
    }

    /// @dev A leg's payments in 2⁻¹⁶ minor units, before they are rounded up.
    function _payments(Run memory run, uint256 leg) private pure returns (uint256 count, uint256 first, uint256 step) {
        unchecked {
            count = leg >> 240;
            first = Schedule.amount(leg) << 16;
            if (leg & Schedule.STEPPED == 0 || count == 1) return (count, first, 0);
            step = Schedule.step(leg);
            if (step & FRACTION != 0) {
                run.fractional = 1;
                if (run.taking == HIGH) first += FRACTION;
            }
        }
    }

    /// @dev Whether a leg must be walked payment by payment, because each is rounded up on its own.
    function _walks(Run memory run, uint256 step) private pure returns (bool) {
        return step & FRACTION != 0 && run.taking == EXACT;
    }

    /// @dev A payment as this pass takes it.
    function _taken(Run memory run, uint256 payment) private pure returns (uint256) {
        unchecked {
            return run.taking == EXACT ? (payment + FRACTION) & ~FRACTION : payment;
        }
    }

    /// @dev Ticks between the payments of a leg.
    function _ticks(uint256 leg, uint256 basis) private pure returns (uint256) {
        unchecked {
            uint256 unit = Schedule.unit(leg);
            return
                Schedule.gap(leg) *
                (
                    unit == 2
                        ? basis
                        : unit == 0
                            ? 12
                            : 84
                );
        }
    }

    /// @dev Days of a year.
    function _basis(uint256 rate) private pure returns (uint256) {
        return (rate >> 232) & 0xffff;
    }
}
