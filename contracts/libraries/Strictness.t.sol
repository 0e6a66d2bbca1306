// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strictness} from "./Strictness.sol";

contract StrictnessTest {
    /// @dev COST's bit of `on`: brackets that don't ascend are no limits, so that it stays off here.
    uint256 private constant COST = 1 << 210;

    function testFuzz_WhatIsTheSameIsNoChange(bytes32[10] calldata words) external pure {
        bytes memory limits = _limits(words, words, 0);
        (bool tightens, bool relaxes) = Strictness.compare(limits, limits);
        require(!tightens && !relaxes, "no change");
    }

    function testFuzz_TheWayBackIsTheOther(
        bytes32[10] calldata words,
        bytes32[10] calldata others,
        uint16 places
    ) external pure {
        bytes memory a = _limits(words, others, 0);
        bytes memory b = _limits(words, others, places);
        (bool tightens, bool relaxes) = Strictness.compare(a, b);
        (bool back, bool forth) = Strictness.compare(b, a);
        require(tightens == forth && relaxes == back, "the other way");
    }

    /// @dev Ten words, those at the set bits of `places` from `others`.
    function _limits(
        bytes32[10] calldata words,
        bytes32[10] calldata others,
        uint256 places
    ) private pure returns (bytes memory) {
        bytes32[10] memory taken;
        for (uint256 i = 0; i < 10; i++) taken[i] = (places >> i) & 1 == 0 ? words[i] : others[i];
        taken[0] &= ~bytes32(COST);
        return abi.encode(taken);
    }
}
