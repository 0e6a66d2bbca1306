// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RegistryScene} from "./test/RegistryScene.sol";

/// @notice What holds whatever is published, withdrawn, declared and lifted, and whenever.
contract RulebookTest is RegistryScene {
    uint16 private constant PRODUCT = 2;
    uint8 private constant PERSON = 1;
    /// @dev Where a version says how large it is; emergencies alone say the last value.
    uint256 private constant MARK = 55;
    uint8 private constant EMERGENCY = 255;
    uint256 private constant STEPS = 24;

    uint40[STEPS] private _times;
    uint256[STEPS] private _marks;

    constructor() {
        rulebook.publish(PRODUCT, PERSON, 0, _version(1));
    }

    /// What bound at a moment that has passed binds there for ever, and no emergency outlives its 90 days.
    function testFuzz_ThePastStaysAndEmergenciesEnd(uint64[STEPS] calldata steps) external {
        rulebook.setNotices(5 days, 9 days);
        uint40 time = uint40(NOW);
        for (uint256 i = 0; i < STEPS; i++) {
            time += uint40(1 + ((steps[i] >> 8) % 12 days));
            CHEATS.warp(time);
            _act(steps[i], time);
            (_times[i], _marks[i]) = (time, _markAt(time));
            for (uint256 k = 0; k < i; k++) require(_markAt(_times[k]) == _marks[k], "the past changed");
        }
        require(_markAt(time + 90 days + 2) != EMERGENCY, "an emergency goes on");
    }

    /// Two emergencies of a product never follow each other more closely than the first one lasted.
    function testFuzz_EmergenciesRestAsLongAsTheyLasted(uint24 lasts, uint24 pause) external {
        CHEATS.warp(NOW + 1);
        uint40 until = uint40(NOW + 3 + (lasts % (90 days - 2)));
        rulebook.declareEmergency(PRODUCT, PERSON, until, _version(EMERGENCY), "a reason");
        uint256 length = until - (NOW + 2);
        CHEATS.warp(until + pause - 1);
        bool early = pause < length;
        try rulebook.declareEmergency(PRODUCT, PERSON, until + pause + 1, _version(EMERGENCY), "another") {
            require(!early, "too soon after the last one");
        } catch {
            require(early, "long enough after it");
        }
    }

    /// @dev One act, which may be refused.
    function _act(uint256 step, uint40 time) private {
        uint40 moment = time + uint40((step >> 32) % 40 days);
        if (step % 5 == 0) try rulebook.publish(PRODUCT, PERSON, moment, _version(uint8((step >> 3) % 250))) {} catch {}
        else if (step % 5 == 1) try rulebook.withdraw(PRODUCT, PERSON, uint16((step >> 3) % 16)) {} catch {}
        else if (step % 5 == 2) try rulebook.liftEmergency(PRODUCT, PERSON, "a reason") {} catch {}
        else try rulebook.declareEmergency(PRODUCT, PERSON, moment, _version(EMERGENCY), "a reason") {} catch {}
    }

    function _markAt(uint40 time) private view returns (uint256) {
        (uint256[10] memory words, , ) = rulebook.limitsAt(PRODUCT, PERSON, time);
        return (words[1] >> 64) & 0xff;
    }

    function _version(uint8 mark) private pure returns (bytes memory limits) {
        limits = _limits(WIDE, 0);
        limits[MARK] = bytes1(mark);
    }
}
