#pragma once

#include "cluster_sums.hpp"
#include "weighted_rows.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! First centroids for many clusters (k >= 256), in less than the time of one or two Lloyd iterations; KMeansPlusPlus
//! would look at every embedding for each centroid. Arguments and result are those of KMeansPlusPlus.
//!
//! A coarse k-means divides the embeddings into about 2 sqrt(k) cells. Then greedy k-means++ draws the centroids one by
//! one; a new one lowers the distances in the cells nearest to it alone. Then each cell runs a few Lloyd iterations of
//! its own, with its embeddings and its centroids. That brings clusters which overlap near the end of a whole run; ones
//! that are far apart it may harm where a border of cells cuts them. So the means are taken where their objective is
//! far lower than that of the draw, which is what overlap looks like, and the draw otherwise.
//! `unit` is that of the embeddings.
std::vector<float> StartFromCells(const WeightedRows &embeddings, const FixedPoint &unit, uint32_t d, uint64_t k,
                                  uint64_t seed);

} // namespace ducktopics
