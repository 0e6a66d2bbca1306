// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Schedule
/// @notice Reads the payments of a loan as `docs/spec/protocol.md` §3 packs them:
///
///     schedule: legs u16 · leg …
///     leg:      count u16 · unit u8 · gap u16 · amount u40 [· step u56]
///
/// A *leg* is handled as the word that begins with it; whatever follows it in that word is masked off.
/// A *pointer* is a position in calldata.
library Schedule {
    uint256 internal constant MAX_LEGS = 400;
    uint256 internal constant MAX_PAYMENTS = 1200;

    /// @dev Bit 7 of a leg's unit: the leg ends with a step.
    uint256 internal constant STEPPED = 1 << 239;

    uint256 private constant DAY = 86_400;
    uint256 private constant WEEK = 604_800;
    /// @dev One twelfth of 365.2425 days.
    uint256 private constant MONTH = 2_629_746;

    /// @notice Checks the schedule in `entry[start:end]`, which must fill it exactly, and adds it up.
    /// @return payments number of payments; zero says that the schedule is malformed (and all else is zero)
    /// @return total sum of all payments, each rounded up as it is paid, in minor units
    /// @return largest the largest payment, in minor units (below 2⁴⁰: whoever needs 2³⁸ checks that)
    /// @return term seconds from the contract to the last payment; a month is 2 629 746 s
    function summarise(
        bytes calldata entry,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256 payments, uint256 total, uint256 largest, uint256 term) {
        // Unchecked: a leg adds at most 2¹⁶ payments, 2⁵⁶ minor units and 2⁵⁴ seconds, and there are at most 400.
        unchecked {
            if (start + 2 > end) return (0, 0, 0, 0);
            uint256 from = pointer(entry, start);
            end = from + (end - start);
            uint256 legs = read(from) >> 240;
            if (legs - 1 >= MAX_LEGS) return (0, 0, 0, 0);
            from += 2;
            for (; legs != 0; --legs) {
                uint256 leg = read(from);
                from += size(leg);
                uint256 count = leg >> 240;
                uint256 paid = amount(leg);
                uint256 seconds_ = gap(leg) * _seconds(leg);
                if (count * paid * seconds_ == 0) return (0, 0, 0, 0);
                if (paid > largest) largest = paid;
                payments += count;
                total += count * paid;
                term += count * seconds_;
                if (leg & STEPPED != 0) {
                    uint256 fall = step(leg);
                    // The last payment must be above zero before it is rounded up, so that it is at least 1.
                    if ((count - 1) * fall >= paid << 16) return (0, 0, 0, 0);
                    total -= fallen(count, fall);
                }
            }
            // Bytes read beyond the end belong to somebody else; this is where that comes out.
            if (from != end || payments > MAX_PAYMENTS) return (0, 0, 0, 0);
        }
    }

    /// @notice Where in calldata `entry[start]` is.
    function pointer(bytes calldata entry, uint256 start) internal pure returns (uint256 from) {
        // What slicing does, without its bounds check; callers compare with the end themselves.
        assembly ("memory-safe") {
            from := add(entry.offset, start)
        }
    }

    /// @notice The 32 bytes of calldata from `from` on; zeros beyond the end.
    function read(uint256 from) internal pure returns (uint256 leg) {
        // `uint256(bytes32(entry[start:start + 32]))` would revert on a leg that is the last thing in calldata.
        assembly ("memory-safe") {
            leg := calldataload(from)
        }
    }

    /// @notice Bytes of a leg.
    function size(uint256 leg) internal pure returns (uint256) {
        return leg & STEPPED == 0 ? 10 : 17;
    }

    /// @notice 0 day, 1 week, 2 month.
    function unit(uint256 leg) internal pure returns (uint256) {
        return (leg >> 232) & 3;
    }

    /// @notice Units between payments.
    function gap(uint256 leg) internal pure returns (uint256) {
        return (leg >> 216) & 0xffff;
    }

    /// @notice The first payment, in minor units.
    function amount(uint256 leg) internal pure returns (uint256) {
        return (leg >> 176) & 0xffffffffff;
    }

    /// @notice By how much each payment is below the one before, in 2⁻¹⁶ minor units; only for a stepped leg.
    function step(uint256 leg) internal pure returns (uint256) {
        return (leg >> 120) & 0xffffffffffffff;
    }

    /// @notice Σ ⌊k · step / 2¹⁶⌋ for k from 0 to count − 1: what rounded-up payments are below `count` times the first.
    /// @dev Counts lattice points under a line as Euclid's algorithm does: at most some 16 rounds for a fraction of 16 bits.
    function fallen(uint256 count, uint256 step_) internal pure returns (uint256 sum) {
        // Unchecked: count ≤ 2¹⁶ and step < 2⁵⁶ bound the sum by 2⁷²; the arguments only get smaller.
        unchecked {
            uint256 modulus = 1 << 16;
            uint256 offset;
            while (true) {
                sum += ((count * (count - 1)) >> 1) * (step_ / modulus) + count * (offset / modulus);
                step_ %= modulus;
                offset %= modulus;
                uint256 top = step_ * count + offset;
                if (top < modulus) return sum;
                count = top / modulus;
                offset = top % modulus;
                (modulus, step_) = (step_, modulus);
            }
        }
    }

    /// @dev Zero for an unknown unit.
    function _seconds(uint256 leg) private pure returns (uint256) {
        uint256 code = (leg >> 232) & 0x7f;
        if (code == 2) return MONTH;
        if (code == 0) return DAY;
        return code == 1 ? WEEK : 0;
    }
}
