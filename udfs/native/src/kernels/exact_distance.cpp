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

float RelativeError(uint32_t d) {
	constexpr float UNIT = 0x1p-24f;
	return 2 * UNIT * (float(d) + 8) / (1 - UNIT * float(d));
}

float ScoreMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d) {
	const float relative = RelativeError(d);
	const float row_norm = std::sqrt(row_squared_norm);
	const float reach = row_norm + largest_centroid_norm;
	// ExactSquaredDistance is off as well, and it decides: by that a row very far away has several nearest centroids.
	const float exact = 0x1p-29f * relative * reach * reach;
	// What underflows to nothing is off by no more than this.
	const float absolute = float(d) * std::numeric_limits<float>::min();
	return relative * largest_centroid_norm * (largest_centroid_norm + 2 * row_norm) + exact + absolute;
}

float DistanceMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d) {
	const float reach = std::sqrt(row_squared_norm) + largest_centroid_norm;
	return RelativeError(d) * reach * reach + ScoreMargin(row_squared_norm, largest_centroid_norm, d);
}

} // namespace ducktopics
