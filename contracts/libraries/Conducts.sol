// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book} from "./Book.sol";
import {RegistryState} from "./State.sol";

/// @title A borrower's conduct: when the last default was, and until when new loans are barred
/// @notice One word a borrower, laid out in `docs/design/state.md`; a bit of the head says that there is one.
library Conducts {
    uint256 private constant U32 = 2 ** 32 - 1;

    function load(RegistryState storage state, bytes32 borrower, uint256 head) internal view returns (uint256) {
        return head & Book.CONDUCT == 0 ? 0 : state.conducts[borrower];
    }

    /// @notice When the borrower was last known to be in default, UTC seconds; zero: isn't.
    function defaultAt(uint256 word) internal pure returns (uint256) {
        return word & U32;
    }

    /// @notice Until when the borrower is barred, UTC seconds; zero: isn't.
    function barredUntil(uint256 word) internal pure returns (uint256) {
        return (word >> 32) & U32;
    }

    /// @notice The word with a default at `time`, unless a later one is known.
    function withDefault(uint256 word, uint256 time) internal pure returns (uint256) {
        return time <= defaultAt(word) ? word : (word & ~U32) | time;
    }
}
