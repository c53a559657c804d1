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

//! How far rounding in single precision may at most shift two scores against each other: for a row of this squared
//! norm, centroids of at most this norm (both centred) and d components.
float ScoreMargin(float row_squared_norm, float largest_centroid_norm, uint32_t d);

} // namespace ducktopics
