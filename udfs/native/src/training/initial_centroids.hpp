#pragma once

#include "weighted_rows.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! k of the weighted embeddings (of d components, at least k, distinct) by k-means++ (Arthur & Vassilvitskii, SODA
//! 2007): each next one with probability proportional to weight times squared distance to the nearest one taken so far.
//! Of several candidates the one that lowers the objective most is taken (the greedy variant of the same paper). Looks
//! at the first POINTS_PER_CENTROID * k embeddings alone, so hand over a sample in random order. Returns row-major k x
//! d.
std::vector<float> KMeansPlusPlus(const WeightedRows &embeddings, uint32_t d, uint64_t k, uint64_t seed);

} // namespace ducktopics
