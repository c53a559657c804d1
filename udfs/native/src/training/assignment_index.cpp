#include "assignment_index.hpp"

#include "../threads/parallel_for.hpp"

#include <faiss/impl/FaissAssert.h>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 1024;

} // namespace

AssignmentIndex::AssignmentIndex(faiss::Index::idx_t d) : faiss::Index(d, faiss::METRIC_L2) {
	is_trained = true;
}

void AssignmentIndex::add(idx_t n, const float *x) {
	centroids.reset(new CentroidSet(x, uint64_t(n), uint32_t(d), projection));
	ntotal = n;
}

void AssignmentIndex::reset() {
	if (centroids) {
		projection = centroids->GetProjection();
	}
	centroids.reset();
	ntotal = 0;
}

void AssignmentIndex::search(idx_t n, const float *x, idx_t k, float *distances, idx_t *labels,
                             const faiss::SearchParameters *) const {
	FAISS_THROW_IF_NOT(k == 1 && centroids);
	ParallelFor(uint64_t(n), ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
		const float *rows[ROWS_PER_PIECE] = {};
		int32_t index[ROWS_PER_PIECE];
		for (uint64_t i = begin; i < end; i++) {
			rows[i - begin] = x + i * uint64_t(d);
		}
		centroids->Nearest(rows, end - begin, index);
		for (uint64_t i = begin; i < end; i++) {
			labels[i] = index[i - begin];
			if (distances) {
				distances[i] = centroids->SquaredDistance(rows[i - begin], index[i - begin]);
			}
		}
	});
}

} // namespace ducktopics
