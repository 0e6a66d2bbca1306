// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FilingContext} from "./Context.sol";
import {Decision} from "./Decision.sol";
import {Entry} from "./Entry.sol";
import {RegistryState} from "./State.sol";

/// @title Judging what is between lender and borrower: `Contacted`, `Complained`, `Answered`, `Barred`
/// @notice `docs/spec/protocol.md`, section 6.
library Conduct {
    /// @notice Judges the entry in [start, end) of calldata and, unless it is refused, applies it.
    function judge(
        RegistryState storage,
        FilingContext memory,
        uint256,
        uint256 start,
        uint256 end
    ) internal pure returns (uint256) {
        return Decision.refusal(Entry.isWhole(start, end) ? Decision.UNSUPPORTED : Decision.MALFORMED);
    }
}
