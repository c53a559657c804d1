#pragma once

#include <faiss/Clustering.h>

#include <vector>

namespace ducktopics {

//! FAISS' Clustering whose sums are made on all cores while rows are assigned (see ClusterSums), and without the
//! distances that only its statistics use. Iterations end early when no label changes.
//!
//! As there, k rows are the centroids themselves, and an empty cluster takes half of another one, drawn with a
//! probability in proportion to its rows: both become its centroid, a thousandth apart.
class LloydClustering : public faiss::Clustering {
public:
	using faiss::Clustering::Clustering;

	//! `index` takes null for the distances, and searches from several threads (AssignmentIndex does). `weights` has
	//! one for each row, and is given.
	void train(idx_t n, const float *x, faiss::Index &index, const float *weights) override;

private:
	void TakeRandomRows(idx_t n, const float *x);
	void SplitForEmpty(std::vector<double> &totals);
};

} // namespace ducktopics
