#include "lloyd_clustering.hpp"

#include "../threads/parallel_for.hpp"
#include "sorted_sums.hpp"

#include <faiss/utils/random.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 1024;
//! Below so many rows a centroid the sums of the threads would take more memory than the rows do, and time to clear it.
constexpr uint64_t FEW_ROWS_PER_CENTROID = 8;
//! By how much of itself a component of a split centroid moves.
constexpr float SPLIT = 1 / 1024.f;

} // namespace

void LloydClustering::TakeRandomRows(const WeightedRows &rows) {
	std::vector<int> order(rows.Count());
	faiss::rand_perm(order.data(), order.size(), int64_t(seed) + 1);
	centroids.reserve(k * d);
	chosen.reserve(k);
	for (size_t j = 0; j < k; j++) {
		const float *row = rows.rows[size_t(order[j])];
		centroids.insert(centroids.end(), row, row + d);
		chosen.emplace(row, int32_t(j));
	}
}

void LloydClustering::Iterate(const WeightedRows &rows, const FixedPoint &unit) {
	const float *const *places = rows.rows.data();
	const float *weights = rows.weights.data();
	std::vector<int32_t> labels(rows.Count(), -1);
	const bool sorts = rows.Count() / k < FEW_ROWS_PER_CENTROID;
	ClusterSums sums(k, uint32_t(d), unit);
	// What the last centroids' pruning found; the next ones lie in the same directions.
	std::shared_ptr<const Projection> projection;
	for (int i = 0; i < niter; i++) {
		const CentroidSet set(centroids.data(), k, uint32_t(d), projection);
		std::atomic<bool> changed {false};
		ParallelFor(rows.Count(), ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
			int32_t found[ROWS_PER_PIECE];
			Label(set, places + begin, end - begin, found);
			if (!std::equal(found, found + (end - begin), labels.data() + begin)) {
				std::copy_n(found, end - begin, labels.data() + begin);
				changed = true;
			}
			if (!sorts) {
				// The rows are still in the cache.
				sums.Add(places + begin, weights + begin, found, end - begin);
			}
		});
		if (!changed) {
			// Further iterations would change nothing.
			return;
		}
		projection = set.GetProjection();
		chosen.clear();
		std::vector<double> totals =
		    sorts ? MoveToMeansOfSorted(rows, labels.data(), unit, k, uint32_t(d), centroids.data())
		          : sums.MoveToMeans(centroids.data());
		SplitForEmpty(totals);
	}
}

//! Finds the nearest centroids of n <= ROWS_PER_PIECE rows. A row that is one of the first centroids is its own: no two
//! rows of a sample are equal.
void LloydClustering::Label(const CentroidSet &set, const float *const *rows, uint64_t n, int32_t *labels) const {
	if (chosen.empty()) {
		set.Nearest(rows, n, labels);
		return;
	}
	const float *others[ROWS_PER_PIECE];
	int32_t found[ROWS_PER_PIECE];
	uint64_t count = 0;
	for (uint64_t i = 0; i < n; i++) {
		const auto own = chosen.find(rows[i]);
		labels[i] = own == chosen.end() ? -1 : own->second;
		if (labels[i] < 0) {
			others[count++] = rows[i];
		}
	}
	set.Nearest(others, count, found);
	const int32_t *next = found;
	for (uint64_t i = 0; i < n; i++) {
		if (labels[i] < 0) {
			labels[i] = *next++;
		}
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
