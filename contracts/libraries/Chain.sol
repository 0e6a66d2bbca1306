// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The word of a loan that is linked to one before it, or of one that was refinanced
/// @notice Laid out in `docs/design/state.md`. Packing and unpacking only; {Chains} reads and writes them.
library Chain {
    uint256 private constant U40 = 2 ** 40 - 1;
    uint256 private constant U8 = 2 ** 8 - 1;

    uint256 private constant LARGEST_AT = 40;
    uint256 private constant RENEWALS_AT = 80;
    uint256 private constant PREDECESSOR_AT = 88;
    uint256 private constant HOLDER_AT = 152;

    /// @dev The loan renews one of the same platform's.
    uint256 internal constant RENEWAL = 1 << 253;
    /// @dev Of a loan that was refinanced: its own figures are among the totals, and won't change any more.
    uint256 internal constant FINAL = 1 << 254;
    uint256 internal constant EXISTS = 1 << 255;

    /// @notice Totals of a chain. A sum or a count that is too great for its field stops there.
    function totals(uint256 charges_, uint256 largest_, uint256 renewals_) internal pure returns (uint256) {
        if (charges_ > U40) charges_ = U40;
        if (renewals_ > U8) renewals_ = U8;
        return charges_ | (largest_ << LARGEST_AT) | (renewals_ << RENEWALS_AT);
    }

    /// @notice All charges, default charges included, minor units.
    function charges(uint256 word) internal pure returns (uint256) {
        return word & U40;
    }

    /// @notice The largest principal, minor units.
    function largest(uint256 word) internal pure returns (uint256) {
        return (word >> LARGEST_AT) & U40;
    }

    /// @notice How often the loan was renewed, or those before it were extended.
    function renewals(uint256 word) internal pure returns (uint256) {
        return (word >> RENEWALS_AT) & U8;
    }

    /// @notice The loan before, the wire's 64 bits; zero for none.
    function predecessor(uint256 word) internal pure returns (uint256) {
        return (word >> PREDECESSOR_AT) & type(uint64).max;
    }

    function withPredecessor(uint256 word, uint256 ref) internal pure returns (uint256) {
        return word | (ref << PREDECESSOR_AT);
    }

    /// @notice The platform that a refinanced loan was owed to.
    function holder(uint256 word) internal pure returns (uint256) {
        return (word >> HOLDER_AT) & (2 ** 24 - 1);
    }

    function withHolder(uint256 word, uint256 platform) internal pure returns (uint256) {
        return word | (platform << HOLDER_AT);
    }
}
