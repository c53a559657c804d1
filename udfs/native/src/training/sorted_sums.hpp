#pragma once

#include "fixed_point.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! Does what ClusterSums does, with the same result, for rows that all have their labels. Rows are sorted by cluster
//! and read once more, and no thread needs memory for k x d sums: the better way where there are few rows in a cluster.
//!
//! Moves each centroid (row-major k x d) to the weighted mean of its cluster, one without rows stays. Returns the sum
//! of the weights of each cluster.
std::vector<double> MoveToMeansOfSorted(const WeightedRows &rows, const int32_t *labels, const FixedPoint &unit,
                                        uint64_t k, uint32_t d, float *centroids);

} // namespace ducktopics
