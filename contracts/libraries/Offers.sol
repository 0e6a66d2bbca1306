// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Schedule} from "./Schedule.sol";
import {Offer, Opening} from "./Scratch.sol";

/// @title What lenders offer
/// @notice Many loans of a filing are the same but for who takes them and when. What follows from product, amounts and schedule alone is worked
/// out once, and found again by them. The last offers are kept, in places by their remainder; every schedule of more than one leg
/// goes to one place of its own and is never found again.
library Offers {
    uint256 private constant PLACES = 32;
    /// @dev Of a schedule that isn't found again: a key that none has, because all have a principal.
    uint256 private constant NEVER = 1;
    uint256 private constant LEG_BYTES = 12;

    /// @notice Sets `o.offer` to what is known of the loan in `o`, or to a place for it, with nothing but its key.
    /// @param start Of the schedule in calldata.
    /// @return known Whether the offer is one of before; the bytes of its schedule were well-formed then.
    function find(Opening memory o, uint256 start, uint256 end) internal pure returns (bool known) {
        // Unchecked: the schedule begins before the entry's end.
        unchecked {
            uint256 key = NEVER;
            uint256 word = Schedule.read(start);
            if (word >> 240 == 1 && end - start == LEG_BYTES) {
                // Cash, product and principal, and the leg: 40, 56 and 80 bits.
                key = (o.cash << 136) | (((o.facts >> 168) & 0xffffffffffffff) << 80) | ((word << 16) >> 176);
            }
            // Mostly it is that of the entry before.
            Offer memory offer = o.offer;
            if (offer.key == key) return true;
            uint256[PLACES] memory offers = o.offers;
            uint256 number = key == NEVER ? PLACES - 1 : key % (PLACES - 1);
            uint256 place = offers[number];
            if (place == 0) {
                place = _make();
                offers[number] = place;
            }
            assembly ("memory-safe") {
                offer := place
            }
            o.offer = offer;
            if (offer.key == key) return true;
            offer.key = key == NEVER ? 0 : key;
            offer.judgedBy = 0;
        }
    }

    /// @dev A new one's place in memory: a list of structs, which would be the plain equivalent, is zeroed as a whole at the beginning.
    function _make() private pure returns (uint256 place) {
        Offer memory offer = Offer(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        assembly ("memory-safe") {
            place := offer
        }
    }
}
