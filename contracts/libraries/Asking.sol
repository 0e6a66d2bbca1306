// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Terms} from "./Limits.sol";
import {Outside} from "./Outside.sol";
import {Schedule} from "./Schedule.sol";
import {Exposure, Named, Opening} from "./Scratch.sol";

/// @title Calling {Outside}
/// @notice Few products need it; all others pay no more than to see that. {Judge} has little room, so this is as little code as may be.
library Asking {
    /// @notice Whether a version has a rule that another contract has a say in.
    /// @param masks Its first word.
    function isNeeded(uint256 masks) internal pure returns (bool) {
        return masks & (Decision.OUTSIDE << 208) != 0;
    }

    /// @notice The decision on an `Opened`, of which all other rules made this.
    function aboutLoan(
        FilingContext memory c,
        Opening memory o,
        Exposure memory x,
        Terms limits,
        uint256 breaches,
        uint256 undetermined
    ) internal returns (uint256) {
        Named memory n = c.named;
        n.limits = limits;
        n.opened = o.opened;
        n.owed = x.outstanding;
        n.findings = 0;
        n.breaches = breaches;
        n.undetermined = undetermined;
        // Unchecked: the wire's widths.
        unchecked {
            return ask(c, n, (c.platform << 40) | (c.number << 8) | c.index, x.openLoans, o.start, o.scheduleEnd);
        }
    }

    /// @notice The decision on the entry in [start, end) of calldata.
    /// @param loan Only of an `Opened`: the reference that it has itself.
    /// @param openLoans Only of an `Opened`: the borrower's.
    function ask(
        FilingContext memory c,
        Named memory n,
        uint256 loan,
        uint256 openLoans,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        Terms limits = n.limits;
        n.first = limits.masks();
        n.ninth = limits.ninth();
        n.tenth = limits.tenth();
        n.platform = c.platform;
        n.loan = loan;
        n.openLoans = openLoans;
        uint256[17] memory words;
        // Plain equivalent: a word a field. Code that encodes a struct takes hundreds of bytes.
        assembly ("memory-safe") {
            words := n
        }
        return Outside.judge(words, Schedule.slice(start, end));
    }
}
