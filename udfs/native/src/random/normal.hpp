#pragma once

#include "random_stream.hpp"

namespace ducktopics {

//! Turns random words into numbers of the standard normal distribution: Marsaglia and Tsang's ziggurat of 256 layers
//! ("The ziggurat method for generating random variables", 2000), the layer and the place in it taken from separate
//! bits.
class Ziggurat {
public:
	static const Ziggurat &Instance();

	//! One number a word: the few words that miss are mixed again until they hit.
	float Normal(uint64_t word) const {
		const int32_t place = int32_t(word >> 32);
		const unsigned layer = word & 0xff;
		// The distance of the most negative place fits an unsigned number only.
		if (Distance(place) < inside[layer]) {
			return float(double(place) * width[layer]);
		}
		return NormalOutside(word);
	}

private:
	Ziggurat();
	static uint32_t Distance(int32_t place) {
		return place < 0 ? 0u - uint32_t(place) : uint32_t(place);
	}
	float NormalOutside(uint64_t word) const;

	//! Places nearer to the middle than this lie below the curve in every case.
	uint32_t inside[256];
	//! What one step of a place is worth.
	double width[256];
	//! The curve exp(-x^2 / 2) at each layer's right end; 1, its top, above layer 1.
	double height[256];
};

} // namespace ducktopics
