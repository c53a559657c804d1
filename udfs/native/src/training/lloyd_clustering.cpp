#include "lloyd_clustering.hpp"

#include "../kernels/centroid_set.hpp"
#include "../threads/parallel_for.hpp"

#include <faiss/utils/random.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 1024;
//! By how much of itself a component of a split centroid moves.
constexpr float SPLIT = 1 / 1024.f;

} // namespace

void LloydClustering::TakeRandomRows(const WeightedRows &rows) {
	std::vector<int> order(rows.Count());
	faiss::rand_perm(order.data(), order.size(), int64_t(seed) + 1);
	for (size_t j = 0; j < k; j++) {
		const float *row = rows.rows[size_t(order[j])];
		centroids.insert(centroids.end(), row, row + d);
	}
}

void LloydClustering::Iterate(const WeightedRows &rows, const FixedPoint &unit) {
	const float *const *places = rows.rows.data();
	const float *weights = rows.weights.data();
	std::vector<int32_t> labels(rows.Count(), -1);
	ClusterSums sums(k, uint32_t(d), unit);
	// What the last centroids' pruning found; the next ones lie in the same directions.
	std::shared_ptr<const Projection> projection;
	for (int i = 0; i < niter; i++) {
		const CentroidSet set(centroids.data(), k, uint32_t(d), projection);
		std::atomic<bool> changed {false};
		ParallelFor(rows.Count(), ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
			int32_t found[ROWS_PER_PIECE];
			set.Nearest(places + begin, end - begin, found);
			if (!std::equal(found, found + (end - begin), labels.data() + begin)) {
				std::copy_n(found, end - begin, labels.data() + begin);
				changed = true;
			}
			// The rows are still in the cache.
			sums.Add(places + begin, weights + begin, found, end - begin);
		});
		if (!changed) {
			// Further iterations would change nothing.
			return;
		}
		projection = set.GetProjection();
		std::vector<double> totals = sums.MoveToMeans(centroids.data());
		SplitForEmpty(totals);
	}
}

void LloydClustering::SplitForEmpty(std::vector<double> &totals) {
	std::mt19937_64 random {uint64_t(seed)};
	for (size_t empty = 0; empty < k; empty++) {
		if (totals[empty] > 0) {
			continue;
		}
		double all = 0;
		for (const double total : totals) {
			all += std::max(0.0, total - 1);
		}
		double left = double(random() >> 11) * 0x1p-53 * all;
		size_t whole = size_t(std::max_element(totals.begin(), totals.end()) - totals.begin());
		for (size_t j = 0; j < k; j++) {
			left -= std::max(0.0, totals[j] - 1);
			if (left < 0) {
				whole = j;
				break;
			}
		}
		for (size_t c = 0; c < d; c++) {
			const float part = c % 2 == 0 ? SPLIT : -SPLIT;
			const float component = centroids[whole * d + c];
			centroids[empty * d + c] = component * (1 + part);
			centroids[whole * d + c] = component * (1 - part);
		}
		totals[empty] = totals[whole] / 2;
		totals[whole] -= totals[empty];
	}
}

} // namespace ducktopics
