#include "exact_distance.hpp"

#include <cmath>
#include <limits>

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
	// A sum of d products is off by at most d units in the last place of the sum of their sizes (Higham, "Accuracy and
	// Stability of Numerical Algorithms", 2002, section 3.1); a few more for the norm and the centring, twice for two
	// scores.
	const float relative = 2 * 0x1p-24f * (float(d) + 8);
	// What underflows to nothing is off by no more than this.
	const float absolute = float(d) * std::numeric_limits<float>::min();
	return relative * largest_centroid_norm * (largest_centroid_norm + 2 * std::sqrt(row_squared_norm)) + absolute;
}

} // namespace ducktopics
