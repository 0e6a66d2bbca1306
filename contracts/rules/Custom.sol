// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistry} from "../interfaces/IRegistry.sol";
import {CustomFacts, IRule} from "../interfaces/IRule.sol";
import {Terms} from "../libraries/Limits.sol";

/// @title CUSTOM
/// @notice RULE-CUSTOM-1: An entry MUST pass the regulator's own rule where the limits name one. A rule that fails in whatever way, or
/// answers anything but a verdict, is undetermined.
library Custom {
    /// @dev What is left after it is at least as much as the call itself takes from the caller: 2,600 for a cold account.
    uint256 private constant RESERVE = 10_000;
    uint256 private constant BREACH = 1;
    uint256 private constant UNDETERMINED = 2;

    /// @param entry As filed.
    function judge(
        Terms limits,
        bytes calldata entry,
        CustomFacts memory facts
    ) internal view returns (bool breach, bool undetermined) {
        address rule = limits.custom();
        uint256 gasLimit = limits.customGas();
        bytes memory data = abi.encodeCall(IRule.judge, (entry, facts));
        // A callee gets all but a 64th of what is left, at most. Unchecked: 32 bits.
        unchecked {
            uint256 needed = gasLimit + gasLimit / 63 + RESERVE;
            uint256 left = gasleft();
            if (left < needed) revert IRegistry.Registry_TooLittleGas(needed, left);
        }
        uint256 verdict;
        // Only one word of what it returns is copied, however much that is. The plain equivalent, `rule.staticcall{gas: …}(data)`, copies
        // all of it at the caller's cost. An address without code answers nothing, so that its length is wrong.
        assembly ("memory-safe") {
            let answered := staticcall(gasLimit, rule, add(data, 0x20), mload(data), 0, 0x20)
            switch and(answered, eq(returndatasize(), 0x20))
            case 0 {
                verdict := 2
            }
            default {
                verdict := mload(0)
            }
        }
        return (verdict == BREACH, verdict >= UNDETERMINED);
    }
}
