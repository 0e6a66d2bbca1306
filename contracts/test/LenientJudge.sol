// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FilingFacts} from "../libraries/Context.sol";
import {Judge} from "../libraries/Judge.sol";
import {RegistryState} from "../libraries/State.sol";

/// @notice A planted fault for the audit's tests: a registry linked with this forgets every breach in what it announces.
library LenientJudge {
    function judge(
        RegistryState storage state,
        FilingFacts calldata facts,
        bytes calldata entries
    ) external returns (bytes memory decisions, bool foundingClosed) {
        (decisions, foundingClosed) = Judge.judge(state, facts, entries);
        for (uint256 d = 0; d < decisions.length; d += 12) {
            if (decisions[d] != 0x02) continue;
            decisions[d] = 0x01;
            for (uint256 i = 1; i < 12; i++) decisions[d + i] = 0;
        }
    }
}
