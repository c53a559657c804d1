#pragma once

#include <cstdint>
#include <vector>

namespace ducktopics {

//! k of the n weighted embeddings (row-major n x d, n >= k, distinct) by k-means++ (Arthur & Vassilvitskii, SODA 2007):
//! each next one with probability proportional to weight times squared distance to the nearest one taken so far. Of
//! several candidates the one that lowers the objective most is taken (the greedy variant of the same paper).
//! Looks at the first POINTS_PER_CENTROID * k embeddings alone, so hand over a sample in random order.
//! Returns row-major k x d.
std::vector<float> KMeansPlusPlus(const float *embeddings, const float *weights, uint64_t n, uint32_t d, uint64_t k,
                                  uint64_t seed);

} // namespace ducktopics
