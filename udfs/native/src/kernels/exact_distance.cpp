#include "exact_distance.hpp"

#include <cmath>

namespace ducktopics {

double ExactSquaredDistance(const float *a, const float *b, uint32_t d) {
	double sums[4] = {0, 0, 0, 0};
	uint32_t c = 0;
	for (; c + 4 <= d; c += 4) {
		for (uint32_t i = 0; i < 4; i++) {
			const double difference = double(a[c + i]) - double(b[c + i]);
			sums[i] += difference * difference;
		}
	}
	for (; c < d; c++) {
		const double difference = double(a[c]) - double(b[c]);
		sums[0] += difference * difference;
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

float ScoreMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d) {
	// Rounding errors of a sum of d terms grow as the root of d; each is at most half a unit in the last place.
	const float relative = 0x1p-24f * (8 + 4 * std::sqrt(float(d)));
	return relative * largest_centroid_norm * (largest_centroid_norm + 2 * std::sqrt(row_squared_norm));
}

} // namespace ducktopics
