// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ring} from "./Ring.sol";

/// @notice The ring of openings against a plain list of all of them: whatever is inserted and removed, in whatever order, what
/// the ring says it knows is true, and what it may have lost it admits.
contract RingTest {
    uint256 private constant BASE = 20_000;

    /// @dev All openings there are, as days; the ring's two fields beside.
    struct Model {
        uint256[] openings;
        uint256 length;
        uint256 newestDay;
        uint256 deltas;
    }

    /// Three words of a random step: whether it inserts, and a day in some two years.
    function testFuzz_RingAgreesWithAListOfAllOpenings(uint16[24] calldata steps) external pure {
        Model memory m;
        m.openings = new uint256[](24);
        for (uint256 i = 0; i < steps.length; i++) {
            uint256 step = steps[i];
            if (step % 4 != 0 || m.length == 0) _insert(m, BASE + ((step >> 2) % 1_500));
            else _remove(m, (step >> 2) % m.length);
            _check(m);
        }
    }

    function _insert(Model memory m, uint256 day) private pure {
        m.openings[m.length++] = day;
        if (m.newestDay == 0) (m.newestDay, m.deltas) = (day, 0);
        else if (day >= m.newestDay) (m.deltas, m.newestDay) = (Ring.pushed(m.deltas, day, m.newestDay), day);
        else m.deltas = Ring.inserted(m.deltas, day, m.newestDay);
    }

    /// @dev As a clean close does it.
    function _remove(Model memory m, uint256 which) private pure {
        uint256 day = m.openings[which];
        (uint256 left, uint256 place) = Ring.removed(m.deltas, day, m.newestDay);
        if (place == 0) {
            uint256 delta = m.deltas & 511;
            // What is before the newest isn't known: it stays, and the list keeps it too.
            if (delta >= Ring.FAR) return;
            m.newestDay = delta == 0 ? 0 : m.newestDay - (delta - 1);
        }
        m.deltas = left;
        m.openings[which] = m.openings[--m.length];
    }

    function _check(Model memory m) private pure {
        require(m.deltas < 2 ** 63, "more than seven deltas");
        if (m.newestDay == 0) {
            require(m.deltas == 0, "deltas of nothing");
            return;
        }
        _checkShape(m.deltas);
        uint256[6] memory windows = [uint256(1), 7, 30, 180, 365, 508];
        for (uint256 w = 0; w < windows.length; w++) {
            for (uint256 day = BASE + 1_500; day > BASE; day -= 125) _checkCount(m, day - windows[w], day);
        }
    }

    /// @dev After a mark or nothing there is nothing.
    function _checkShape(uint256 deltas) private pure {
        bool ended = false;
        bool marked = false;
        for (; deltas != 0; deltas >>= 9) {
            uint256 delta = deltas & 511;
            require(!ended, "something after the end");
            marked = marked || delta >= Ring.FAR;
            ended = delta == 0 || delta >= Ring.FAR;
        }
        require(!ended || marked, "a hole");
    }

    /// @dev Known openings are a part of all of them, and all of them unless one may be lost.
    function _checkCount(Model memory m, uint256 from, uint256 day) private pure {
        (uint256 within, uint256 later, uint256 lostUntil) = Ring.count(m.deltas, m.newestDay, from, day);
        uint256 reallyWithin = 0;
        uint256 reallyLater = 0;
        for (uint256 i = 0; i < m.length; i++) {
            if (m.openings[i] > day) reallyLater++;
            else if (m.openings[i] > from) reallyWithin++;
        }
        require(within <= reallyWithin && later <= reallyLater, "counts what isn't there");
        if (lostUntil <= from) require(within == reallyWithin, "lost one without saying so");
        require(Ring.isMarked(m.deltas) || lostUntil == 0 || m.deltas >> 54 != 0, "unmarked, but lost");
    }
}
