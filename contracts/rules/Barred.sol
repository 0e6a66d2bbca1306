// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title BARRED
/// @notice RULE-BARRED-1: A loan MUST NOT be opened while the borrower is barred, by an order or at their own wish, nor in the days after a
/// default while it isn't over. What had happened before the bar or the default on record is undetermined: those before it aren't known any
/// more.
library Barred {
    uint256 private constant DAY = 86_400;

    /// @param barredDays After a default; zero: a default bars nobody.
    /// @param opened When the loan counts as opened, UTC seconds.
    /// @param question Whether the loan was asked for beforehand.
    /// @param defaultAt When the borrower was last known to be in default, UTC seconds; zero: that is over, or never was.
    /// @param from From when the borrower is barred, UTC seconds.
    /// @param until Until when; zero: isn't.
    function judge(
        uint256 barredDays,
        uint256 opened,
        bool question,
        uint256 defaultAt,
        uint256 from,
        uint256 until
    ) internal pure returns (bool breach, bool undetermined) {
        (breach, undetermined) = _within(opened, question, from, until);
        if (defaultAt == 0 || barredDays == 0) return (breach, undetermined);
        // Unchecked: 48 bits at most.
        unchecked {
            (bool defaulted, bool unknown) = _within(opened, question, defaultAt, defaultAt + barredDays * DAY);
            return (breach || defaulted, undetermined || unknown);
        }
    }

    function _within(
        uint256 opened,
        bool question,
        uint256 from,
        uint256 until
    ) private pure returns (bool breach, bool undetermined) {
        if (opened >= until) return (false, false);
        return opened >= from ? (true, false) : (question, !question);
    }
}
