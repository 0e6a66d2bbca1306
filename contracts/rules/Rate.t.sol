// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Discount} from "../libraries/Discount.sol";
import {Schedule} from "../libraries/Schedule.sol";
import {Rate} from "./Rate.sol";

/// @notice Properties of RATE that hold for whatever is filed. What it decides is tested against the twin and against exact
/// arithmetic, in TypeScript.
contract RateTest {
    uint256 private constant ONE = Discount.ONE;

    function summarise(bytes calldata schedule) external pure returns (uint256, uint256, uint256, uint256) {
        return Schedule.summarise(schedule, 0, schedule.length);
    }

    function breaches(
        bytes calldata schedule,
        uint256 opening,
        uint256 cap,
        uint256 rate,
        uint256 discounts
    ) external pure returns (bool) {
        return Rate.breaches(schedule, 0, opening, cap, rate, discounts);
    }

    /// Hostile bytes are malformed, not a revert.
    function testFuzz_SummariseNeverReverts(bytes calldata schedule) external view {
        (uint256 payments, uint256 total, uint256 largest, uint256 term) = this.summarise(schedule);
        if (payments == 0) require(total == 0 && largest == 0 && term == 0, "malformed, but adds up");
        else require(total >= payments && largest != 0 && term != 0, "well-formed, but nothing to pay");
    }

    /// A balance that passes still does with more in it; and nothing overflows, at any cap.
    function testFuzz_MoreCashNeverBreaches(
        uint16[3] calldata counts,
        uint16[3] calldata gaps,
        uint40[3] calldata amounts,
        uint56[3] calldata steps,
        uint40 opening,
        uint24 more,
        uint96 cap,
        uint8 how
    ) external view {
        bytes memory schedule = abi.encodePacked(uint16(3));
        for (uint256 i = 0; i < 3; i++) {
            uint256 count = 1 + (counts[i] % 120);
            uint256 gap = 1 + (gaps[i] % (i == 2 ? 65_535 : 40));
            uint256 amount = 1 + (amounts[i] >> 1);
            uint256 step = steps[i] % (((amount << 16) / count) + 1);
            schedule = abi.encodePacked(
                schedule,
                uint16(count),
                uint8(0x80 | ((how >> (2 * i)) % 3)),
                uint16(gap),
                uint40(amount),
                uint56(step)
            );
        }
        (uint256 payments, , , ) = this.summarise(schedule);
        require(payments != 0, "malformed");
        for (uint256 convention = 0; convention < 3; convention++) {
            uint8[5] memory units = [0, 1, 2, 3, 255];
            uint256 rate = (convention << 248) | (365 << 232) | (uint256(units[how % 5]) << 224) | (1 << 216);
            uint256 discounts = ((ONE - (cap >> 1)) << 128) | (ONE - cap);
            bool over = this.breaches(schedule, opening, cap, rate, discounts);
            bool still = this.breaches(schedule, uint256(opening) + more, cap, rate, discounts);
            require(over || !still, "more cash, and a breach");
        }
    }

    /// By doubling, as one by one but for the last places, and never greater than the exact value.
    function testFuzz_SeriesAreSums(uint112 v, uint8 n) external pure {
        uint256 count = 1 + uint256(n);
        (uint256 factor, uint256 sum) = Discount.levelDown(v, count);
        (uint256 factor2, uint256 sum2, uint256 falling) = Discount.fallingDown(v, count);
        require(factor == factor2 && sum == sum2, "level and falling differ");
        uint256 power = ONE;
        uint256 all = 0;
        uint256 weighted = 0;
        for (uint256 k = 1; k <= count; k++) {
            power = (power * v) >> 112;
            all += power;
            weighted += (count - k) * power;
        }
        _near(factor, power, count);
        _near(sum, all, count ** 2);
        _near(falling, weighted, count ** 3);
        _near(Discount.powerDown(v, count), power, count);
    }

    function testFuzz_FallenIsASum(uint16 n, uint56 step) external pure {
        uint256 count = 1 + (n % 1200);
        uint256 sum = 0;
        for (uint256 k = 0; k < count; k++) sum += (k * step) >> 16;
        require(Schedule.fallen(count, step) == sum, "fallen");
    }

    function _near(uint256 a, uint256 b, uint256 places) private pure {
        require(a <= b + places && b <= a + places, "off by more than its last places");
    }
}
