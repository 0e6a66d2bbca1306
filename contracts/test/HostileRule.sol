// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A custom rule for tests: what it does follows from the last byte of its address, so that tests put one code at many.
contract HostileRule {
    /// @notice Something to write, which a static call may not.
    uint256 public written;

    error Unwilling();

    /// Answers whatever it is asked.
    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        uint256 how = uint160(address(this)) & 0xff;
        if (how == 1) return _answer(uint256(keccak256(msg.data[4:])) % 3);
        if (how == 2) revert Unwilling();
        if (how == 3) while (true) {}
        if (how == 4) return;
        if (how == 5) return _answerBytes(64);
        if (how == 6) return _answer(3);
        if (how == 7) return _answerBytes(31);
        if (how == 8) return _reenter();
        if (how == 9) assert(false);
        // As much as its gas can pay for; all of it is the caller's to copy, if the caller copies it.
        if (how == 10) return _answerBytes(60_000);
        if (how == 11) written = 1;
        // 1 if it was given less gas than a version of limits in tests says.
        if (how == 12) return _answer(gasleft() < 90_000 ? 1 : 0);
        _answer(0);
    }

    /// @dev Calls the registry, which is who asks, to file something: 1 if that did anything.
    function _reenter() private {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = msg.sender.call(hex"00000000");
        try this.write() {
            done = true;
        } catch {}
        _answer(done ? 1 : 0);
    }

    function write() external {
        written = 1;
    }

    function _answer(uint256 verdict) private pure {
        assembly ("memory-safe") {
            mstore(0, verdict)
            return(0, 0x20)
        }
    }

    function _answerBytes(uint256 length) private pure {
        assembly {
            return(0, length)
        }
    }
}
