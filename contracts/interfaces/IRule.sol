// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the registry knows of an entry beside its bytes. Amounts are minor units, times UTC seconds.
/// @param time At which the entry counts: as stated, held within the reporting window.
/// @param blockTime Of the block that mines it.
/// @param platform That files it.
/// @param group The platform's licence group.
/// @param product Of the loan.
/// @param loan The loan's reference, `platform u24 ‖ number u32 ‖ index u8`; of an `Opened`, where it stands itself.
/// @param opened When the loan counts as opened.
/// @param outstanding Before the entry: of an `Opened`, what the borrower owes in the market; else what is left of the loan.
/// @param openLoans Of an `Opened`: the borrower's open loans in the market, without this one; else zero.
struct CustomFacts {
    uint256 time;
    uint256 blockTime;
    uint256 platform;
    uint256 group;
    uint256 product;
    uint256 loan;
    uint256 opened;
    uint256 outstanding;
    uint256 openLoans;
}

/// @title A rule of the regulator's own: CUSTOM
/// @notice Named by a version of limits, with the gas that one call may use. Called statically for `Opened`, `Repaid` and
/// `Closed`. Whatever goes wrong in it (a revert, too little gas, another answer than one word of 0, 1 or 2, no code at
/// all) is *undetermined*, and no entry beside it notices.
/// @dev A rule that reads nothing but its arguments can be computed anew by anybody; one that reads state of its own can't.
interface IRule {
    /// @param entry As filed (`docs/spec/protocol.md`, section 3).
    /// @return verdict 0 pass, 1 breach, 2 undetermined.
    function judge(bytes calldata entry, CustomFacts calldata facts) external view returns (uint256 verdict);
}
