// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bytes kept as the code of a contract
/// @notice Reading 320 bytes costs one cold account (2,600) instead of ten cold slots (21,000).
library DataContract {
    error DataContract_NotCreated();

    /// @dev The code begins with a zero byte, STOP, so that nobody can run it.
    function write(bytes memory data) internal returns (address created) {
        // PUSH2 length, DUP1, PUSH1 10, PUSH1 0, CODECOPY, PUSH1 0, RETURN: 12 bytes less the two of the length's own place.
        bytes memory code = abi.encodePacked(hex"61", uint16(data.length + 1), hex"80600a3d393df300", data);
        // CREATE has no other spelling in Solidity for code that isn't a contract's.
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        if (created == address(0)) revert DataContract_NotCreated();
    }

    /// @dev Plain equivalent: `bytes memory all = at.code`, then a copy of all but its first byte.
    function read(address created) internal view returns (bytes memory data) {
        uint256 length = created.code.length;
        if (length == 0) return "";
        data = new bytes(length - 1);
        assembly ("memory-safe") {
            extcodecopy(created, add(data, 0x20), 1, sub(length, 1))
        }
    }
}
