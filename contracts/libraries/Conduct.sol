// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bars} from "./Bars.sol";
import {Complaints} from "./Complaints.sol";
import {Contacts} from "./Contacts.sol";
import {FilingContext} from "./Context.sol";
import {Entry} from "./Entry.sol";
import {RegistryState} from "./State.sol";

/// @title Judging what is between lender and borrower: `Contacted`, `Complained`, `Answered`, `Barred`
/// @notice `docs/spec/protocol.md`, section 6.
library Conduct {
    /// @notice Judges the entry in [start, end) of calldata and, unless it is refused, applies it.
    function judge(
        RegistryState storage state,
        FilingContext memory c,
        uint256 kind,
        uint256 start,
        uint256 end
    ) internal returns (uint256) {
        if (kind == Entry.CONTACTED) return Contacts.judge(state, c, start, end);
        if (kind == Entry.COMPLAINED) return Complaints.complain(state, c, start, end);
        if (kind == Entry.ANSWERED) return Complaints.answer(state, c, start, end);
        return Bars.judge(state, c, start, end);
    }
}
