#pragma once

#include "fixed_point.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace ducktopics {

//! How many rows a cluster has, and the sum of their weights.
struct ClusterTotal {
	uint64_t rows = 0;
	double weight = 0;
};

//! Moves each centroid (row-major k x d) to the weighted mean of its cluster, one without rows stays. Returns the sum
//! of the weights of each cluster. `add_up(j, sums, rests)` adds the rows of cluster j, in the units of `unit`, to d
//! zeros each; threads call it side by side.
std::vector<double>
MoveToWeightedMeans(const FixedPoint &unit, uint64_t k, uint32_t d, float *centroids,
                    const std::function<ClusterTotal(uint64_t j, uint64_t *sums, int64_t *rests)> &add_up);

} // namespace ducktopics
