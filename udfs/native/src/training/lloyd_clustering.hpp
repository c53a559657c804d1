#pragma once

#include "../kernels/centroid_set.hpp"
#include "cluster_sums.hpp"
#include "weighted_rows.hpp"

#include <faiss/Clustering.h>

#include <unordered_map>
#include <vector>

namespace ducktopics {

//! FAISS' Clustering whose rows may lie anywhere, with our exact kernel in place of an index, and with sums that are
//! made on all cores while rows are assigned (see ClusterSums) or, of few rows a centroid, after that (see
//! MoveToMeansOfSorted). Iterations end early when no label changes.
//!
//! As there, an empty cluster takes half of another one, drawn with a probability in proportion to its rows: both
//! become its centroid, a thousandth apart.
class LloydClustering : public faiss::Clustering {
public:
	using faiss::Clustering::Clustering;

	//! The first centroids that faiss::Clustering would take of these rows.
	void TakeRandomRows(const WeightedRows &rows);
	//! Runs `niter` iterations from the centroids that are set. Their result does not depend on the order of the rows.
	//! `unit` is that of these rows.
	void Iterate(const WeightedRows &rows, const FixedPoint &unit);

private:
	void Label(const CentroidSet &set, const float *const *rows, uint64_t n, int32_t *labels) const;
	void SplitForEmpty(std::vector<double> &totals);

	//! The rows that are the first centroids, with their places among these; empty once the centroids have moved.
	std::unordered_map<const float *, int32_t> chosen;
};

} // namespace ducktopics
