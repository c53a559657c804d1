#pragma once

#include "../kernels/centroid_set.hpp"

#include <faiss/Index.h>

#include <memory>

namespace ducktopics {

//! The index that FAISS' Clustering searches in each Lloyd iteration: our exact kernel on all cores.
class AssignmentIndex : public faiss::Index {
public:
	explicit AssignmentIndex(faiss::Index::idx_t d);

	void add(idx_t n, const float *x) override;
	//! Only k = 1; without the distances where they are null.
	void search(idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
	            const faiss::SearchParameters *params = nullptr) const override;
	void reset() override;

private:
	std::unique_ptr<CentroidSet> centroids;
	//! What the last centroids' pruning found; the next ones lie in the same directions.
	std::shared_ptr<const Projection> projection;
};

} // namespace ducktopics
