// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Version} from "../interfaces/IRulebook.sol";

/// @title What binds when: versions ascending by the time from which they bind
/// @dev `live` holds those not withdrawn, `latest` a copy of its last: mostly the one asked for, and then one slot is read.
library Timeline {
    uint40 internal constant FOREVER = type(uint40).max;
    uint256 internal constant NONE = type(uint256).max;

    struct Line {
        Version latest;
        Version[] live;
        Version[] published;
        mapping(uint16 index => uint40) withdrawnAt;
    }

    /// @dev The version in force at `time` and the time at which the next one takes over. `data` is zero if there is none.
    function inForce(Line storage line, uint40 time) internal view returns (Version memory version, uint40 until) {
        version = line.latest;
        if (version.data == address(0) || time >= version.effectiveFrom) return (version, FOREVER);
        // The first of those that bind later than `time`; the last one does.
        uint256 low = 0;
        uint256 high = line.live.length - 1;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (line.live[middle].effectiveFrom > time) high = middle;
            else low = middle + 1;
        }
        until = line.live[low].effectiveFrom;
        if (low == 0) return (Version(address(0), 0, 0, 0), until);
        return (line.live[low - 1], until);
    }

    /// @dev Puts a version where its time belongs, after those of the same moment. Mostly it is the last one.
    function push(Line storage line, address data, uint40 effectiveFrom) internal returns (uint16 index) {
        // A line has far fewer than 2^16 versions: the caller refuses the one that would be too many.
        index = uint16(line.published.length);
        Version memory version = Version(data, effectiveFrom, uint40(block.timestamp), index);
        line.published.push(version);
        uint256 place = line.live.length;
        line.live.push(version);
        for (; place > 0 && line.live[place - 1].effectiveFrom > effectiveFrom; place--) {
            line.live[place] = line.live[place - 1];
        }
        line.live[place] = version;
        line.latest = line.live[line.live.length - 1];
    }

    /// @dev Takes a pending version out. Gives the place that it had among those that live, or NONE if none of that index is pending.
    function remove(Line storage line, uint16 index) internal returns (uint256) {
        uint256 length = line.live.length;
        // Pending ones are the last ones.
        for (uint256 i = length; i > 0 && line.live[i - 1].effectiveFrom > block.timestamp; i--) {
            if (line.live[i - 1].index != index) continue;
            for (uint256 k = i; k < length; k++) line.live[k - 1] = line.live[k];
            line.live.pop();
            if (length > 1) line.latest = line.live[length - 2];
            else delete line.latest;
            line.withdrawnAt[index] = uint40(block.timestamp);
            return i - 1;
        }
        return NONE;
    }

    /// @dev What was known at `knownAt` to bind at `time`.
    function known(Line storage line, uint40 time, uint40 knownAt) internal view returns (bool found, uint16 index) {
        uint40 best = 0;
        uint256 length = line.published.length;
        for (uint256 i = 0; i < length; i++) {
            Version memory version = line.published[i];
            if (version.enactedAt > knownAt || version.effectiveFrom > time) continue;
            uint40 withdrawn = line.withdrawnAt[version.index];
            if (withdrawn != 0 && withdrawn <= knownAt) continue;
            if (found && version.effectiveFrom < best) continue;
            (found, index, best) = (true, version.index, version.effectiveFrom);
        }
    }
}
