#pragma once

#include <cstdint>
#include <vector>

namespace ducktopics {

//! A centroid that may be among the nearest of a row.
struct Candidate {
	double distance;
	int32_t index;

	bool operator<(const Candidate &other) const {
		return distance != other.distance ? distance < other.distance : index < other.index;
	}
};

//! Squared distance from the differences themselves, in double precision: the same on every machine.
double ExactSquaredDistance(const float *a, const float *b, uint32_t d);

//! How far rounding may at most shift two sums of d products against each other, relative to the sums of their sizes: a
//! sum is off by at most d units in the last place (Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
//! section 3.1); a few more for the norm and the centring, twice for two sums.
float RelativeError(uint32_t d);

//! How far rounding in single precision may at most shift two scores against each other: for a row of this squared
//! norm, centroids of at most this norm (both centred) and d components.
float ScoreMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d);

//! The same for two squared distances in single precision, or for one and a score with the row's squared norm added.
//! Far from the centroids it is much larger: the row's own norm has the first digits then.
float DistanceMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d);

} // namespace ducktopics
