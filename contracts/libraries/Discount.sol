// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Discount
/// @notice Powers and series of a discount factor `v`, 0 ≤ v ≤ 1, as 112-bit binary fractions. Everything is rounded
/// down: a smaller present value favours the lender (`docs/spec/rate.md` bounds by how much).
library Discount {
    uint256 internal constant ONE = 1 << 112;

    /// @notice v to the power of `exponent`, rounded down.
    function powerDown(uint256 v, uint256 exponent) internal pure returns (uint256 product) {
        // Unchecked: factors are at most 2¹¹².
        unchecked {
            product = exponent & 1 == 0 ? ONE : v;
            exponent >>= 1;
            while (exponent != 0) {
                v = (v * v) >> 112;
                if (exponent & 1 != 0) product = (product * v) >> 112;
                exponent >>= 1;
            }
        }
    }

    /// @notice What `count` equal payments of 1 are worth one gap before the first of them, rounded down.
    /// @param count 1 to 1,200
    /// @return factor vⁿ
    /// @return sum v + v² + … + vⁿ
    function levelDown(uint256 v, uint256 count) internal pure returns (uint256 factor, uint256 sum) {
        // Unchecked: sum < 2¹¹ · 2¹¹², so its product with a factor stays below 2²³⁵.
        unchecked {
            factor = v;
            sum = v;
            // From the highest bit of count down.
            uint256 bit =
                count < 32
                    ? 16
                    : count < 512
                        ? 256
                        : 1024;
            while (bit > count) bit >>= 1;
            for (bit >>= 1; bit != 0; bit >>= 1) {
                sum += (sum * factor) >> 112;
                factor = (factor * factor) >> 112;
                if (count & bit != 0) {
                    factor = (factor * v) >> 112;
                    sum += factor;
                }
            }
        }
    }

    /// @notice As {levelDown}, and what payments falling by 1 from `count − 1` to 0 are worth.
    /// @return factor vⁿ
    /// @return sum v + v² + … + vⁿ
    /// @return falling (n−1)·v + (n−2)·v² + … + 0·vⁿ
    function fallingDown(
        uint256 v,
        uint256 count
    ) internal pure returns (uint256 factor, uint256 sum, uint256 falling) {
        // Unchecked: falling < 2²¹ · 2¹¹², so its product with a factor stays below 2²⁴⁵.
        unchecked {
            factor = v;
            sum = v;
            uint256 done = 1;
            uint256 bit =
                count < 32
                    ? 16
                    : count < 512
                        ? 256
                        : 1024;
            while (bit > count) bit >>= 1;
            for (bit >>= 1; bit != 0; bit >>= 1) {
                falling += done * sum + ((falling * factor) >> 112);
                sum += (sum * factor) >> 112;
                factor = (factor * factor) >> 112;
                done <<= 1;
                if (count & bit != 0) {
                    falling += sum;
                    factor = (factor * v) >> 112;
                    sum += factor;
                    ++done;
                }
            }
        }
    }

    /// @notice Whether `v` is (1 + cap)^(−1/n) rounded down, by multiplying back.
    /// @dev Works with 127-bit fractions, so that the answer is exact but for the last bits: the true root always
    /// passes, and what passes is off by less than 1 + n·2⁻¹⁵/(1 + cap)⁻¹ units in the last place.
    /// @param n 1 to 366
    /// @param cap a year, 10⁻⁹
    function isRoot(uint256 v, uint256 n, uint256 cap) internal pure returns (bool) {
        if (v > ONE || cap >> 64 != 0) return false;
        uint256 whole = 1e9 + cap;
        uint256 target = (1e9 << 127) / whole;
        // Not above the root: vⁿ, rounded down, must not exceed 1 / (1 + cap), rounded up.
        if (_power127(v << 15, n, 0) > target + 1) return false;
        // Not below it: one unit more, rounded up, must.
        return _power127((v + 1) << 15, n, (1 << 127) - 1) > target;
    }

    /// @dev `rounding` is added before each division: 0 rounds down, 2¹²⁷ − 1 up. Stops above 1, where `up` may overflow.
    function _power127(uint256 v, uint256 exponent, uint256 rounding) private pure returns (uint256 product) {
        product = 1 << 127;
        while (true) {
            if (exponent & 1 != 0) product = (product * v + rounding) >> 127;
            exponent >>= 1;
            if (exponent == 0) return product;
            v = (v * v + rounding) >> 127;
        }
    }
}
