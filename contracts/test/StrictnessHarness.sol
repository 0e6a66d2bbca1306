// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strictness} from "../libraries/Strictness.sol";

/// @title {Strictness} for tests
contract StrictnessHarness {
    function compare(bytes calldata present, bytes calldata next) external pure returns (bool tightens, bool relaxes) {
        return Strictness.compare(present, next);
    }
}
