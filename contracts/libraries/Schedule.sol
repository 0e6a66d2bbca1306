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

    /// @dev Bit 7 of a leg's unit: the leg ends with a step. Whoever goes from leg to leg adds `10 + 7 * ((leg >> 239) & 1)`: a condition would
    /// jump, and a function be called, at each leg.
    uint256 internal constant STEPPED = 1 << 239;

    /// @dev Seconds of a day, a week and a month (one twelfth of 365.2425 days), 32 bits each.
    uint256 private constant SECONDS = 86_400 | (604_800 << 32) | (2_629_746 << 64);

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
                uint256 count = leg >> 240;
                uint256 paid = (leg >> 176) & 0xffffffffff;
                // The unit without its bit for a step picks its length; there are three.
                uint256 span = ((leg >> 216) & 0xffff) * ((SECONDS >> ((leg >> 227) & 0xfe0)) & 0xffffffff);
                if (count * paid * span == 0) return (0, 0, 0, 0);
                if (paid > largest) largest = paid;
                payments += count;
                total += count * paid;
                term += count * span;
                if (leg & STEPPED == 0) {
                    from += 10;
                } else {
                    from += 17;
                    uint256 step = (leg >> 120) & 0xffffffffffffff;
                    // The last payment must be above zero before it is rounded up, so that it is at least 1.
                    if ((count - 1) * step >= paid << 16) return (0, 0, 0, 0);
                    total -= fallen(count, step);
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

    /// @notice Calldata from `from` to `to`.
    function slice(uint256 from, uint256 to) internal pure returns (bytes calldata part) {
        // What `msg.data[from:to]` does, which checks bounds that callers have compared themselves.
        assembly ("memory-safe") {
            part.offset := from
            part.length := sub(to, from)
        }
    }

    /// @notice The 32 bytes of calldata from `from` on; zeros beyond the end.
    function read(uint256 from) internal pure returns (uint256 leg) {
        // `uint256(bytes32(entry[start:start + 32]))` would revert on a leg that is the last thing in calldata.
        assembly ("memory-safe") {
            leg := calldataload(from)
        }
    }

    /// @notice Σ ⌊k · step / 2¹⁶⌋ for k from 0 to count − 1: what rounded-up payments are below `count` times the first.
    /// @dev Counts lattice points under a line as Euclid's algorithm does: at most some 16 rounds for a fraction of 16 bits.
    function fallen(uint256 count, uint256 step) internal pure returns (uint256 sum) {
        // Unchecked: count ≤ 2¹⁶ and step < 2⁵⁶ bound the sum by 2⁷²; the arguments only get smaller.
        unchecked {
            uint256 modulus = 1 << 16;
            uint256 offset;
            while (true) {
                sum += ((count * (count - 1)) >> 1) * (step / modulus) + count * (offset / modulus);
                step %= modulus;
                offset %= modulus;
                uint256 top = step * count + offset;
                if (top < modulus) return sum;
                count = top / modulus;
                offset = top % modulus;
                (modulus, step) = (step, modulus);
            }
        }
    }
}
