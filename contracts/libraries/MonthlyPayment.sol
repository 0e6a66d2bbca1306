// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Offer} from "./Scratch.sol";

/// @title A loan's largest monthly payment
/// @notice As INCOME takes it, and as a detail keeps it: 24 bits, `mantissa (18) · exponent (6)` from the lowest, rounded up.
library MonthlyPayment {
    uint256 private constant MONTH = 2_629_746;
    uint256 private constant MANTISSA = 18;

    /// @notice The largest payment, times the payments that a month has, rounded up and one at least.
    function largest(Offer memory offer) internal pure returns (uint256) {
        // Unchecked: a payment of 38 bits, and 1,200 of them at most; a term is at least a day.
        unchecked {
            uint256 times = (offer.payments * MONTH + offer.term - 1) / offer.term;
            return offer.largest * (times < offer.payments ? times : offer.payments);
        }
    }

    function packUp(uint256 amount) internal pure returns (uint256) {
        // Unchecked: an amount of 49 bits has an exponent of 31 at most.
        unchecked {
            uint256 exponent = 0;
            while (amount >> exponent >= 1 << MANTISSA) exponent++;
            uint256 mantissa = (amount + (1 << exponent) - 1) >> exponent;
            // Rounded up to one bit more.
            if (mantissa == 1 << MANTISSA) return (1 << (MANTISSA - 1)) | ((exponent + 1) << MANTISSA);
            return mantissa | (exponent << MANTISSA);
        }
    }

    function unpack(uint256 packed) internal pure returns (uint256) {
        return (packed & ((1 << MANTISSA) - 1)) << (packed >> MANTISSA);
    }
}
