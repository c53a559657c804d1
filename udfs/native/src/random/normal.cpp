#include "normal.hpp"

#include <cmath>

namespace ducktopics {

namespace {

//! Where the tail begins, and the area of every layer, for 256 layers.
constexpr double TAIL = 3.6541528853610088;
constexpr double AREA = 0.00492867323399;
constexpr double PLACES = 0x1p31;

double Curve(double x) {
	return std::exp(-0.5 * x * x);
}

} // namespace

const Ziggurat &Ziggurat::Instance() {
	static const Ziggurat instance;
	return instance;
}

Ziggurat::Ziggurat() {
	// Layer 0 is the lowest, the tail included; from there layer 255 lies on the floor and layer 1 at the top.
	double x = TAIL;
	const double lowest = AREA / Curve(TAIL);
	inside[0] = uint32_t(TAIL / lowest * PLACES);
	width[0] = lowest / PLACES;
	height[0] = 1;
	for (int layer = 255; layer >= 1; layer--) {
		const double next = layer == 1 ? 0 : std::sqrt(-2 * std::log(AREA / x + Curve(x)));
		inside[layer] = uint32_t(next / x * PLACES);
		width[layer] = x / PLACES;
		height[layer] = Curve(x);
		x = next;
	}
}

float Ziggurat::NormalOutside(uint64_t word) const {
	while (true) {
		const int32_t place = int32_t(word >> 32);
		const unsigned layer = word & 0xff;
		const double x = double(place) * width[layer];
		if (Distance(place) < inside[layer]) {
			return float(x);
		}
		if (layer == 0) {
			// The tail, by Marsaglia's method.
			double beyond;
			double test;
			do {
				word = RandomStream::Mix(word + 1);
				beyond = -std::log(OpenUniform(word)) / TAIL;
				word = RandomStream::Mix(word + 1);
				test = -std::log(OpenUniform(word));
			} while (2 * test < beyond * beyond);
			return float(place < 0 ? -TAIL - beyond : TAIL + beyond);
		}
		word = RandomStream::Mix(word + 1);
		// Between the layer's floor and its ceiling, which is the curve where the layer above ends.
		if (height[layer] + OpenUniform(word) * (height[layer - 1] - height[layer]) < Curve(x)) {
			return float(x);
		}
		word = RandomStream::Mix(word + 1);
	}
}

} // namespace ducktopics
