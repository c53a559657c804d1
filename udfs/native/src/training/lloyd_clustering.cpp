#include "lloyd_clustering.hpp"

#include "cluster_sums.hpp"
#include "../threads/parallel_for.hpp"

#include <faiss/utils/random.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 1024;
//! By how much of itself a component of a split centroid moves.
constexpr float SPLIT = 1 / 1024.f;

} // namespace

void LloydClustering::train(idx_t n, const float *x, faiss::Index &index, const float *weights) {
	if (size_t(n) == k) {
		centroids.assign(x, x + k * d);
		return;
	}
	if (centroids.empty()) {
		TakeRandomRows(n, x);
	}
	std::vector<int32_t> labels(static_cast<size_t>(n), -1);
	ClusterSums sums(k, uint32_t(d), FixedPoint(x, weights, uint64_t(n), uint32_t(d)));
	for (int i = 0; i < niter; i++) {
		index.reset();
		index.add(idx_t(k), centroids.data());
		std::atomic<bool> changed {false};
		ParallelFor(uint64_t(n), ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
			const float *rows[ROWS_PER_PIECE] = {};
			idx_t found[ROWS_PER_PIECE] = {};
			index.search(idx_t(end - begin), x + begin * d, 1, nullptr, found);
			for (uint64_t row = begin; row < end; row++) {
				rows[row - begin] = x + row * d;
				if (labels[row] != found[row - begin]) {
					labels[row] = int32_t(found[row - begin]);
					changed = true;
				}
			}
			// The rows are still in the cache.
			sums.Add(rows, weights + begin, labels.data() + begin, end - begin);
		});
		if (!changed) {
			// Further iterations would change nothing.
			return;
		}
		std::vector<double> totals = sums.MoveToMeans(centroids.data());
		SplitForEmpty(totals);
	}
}

//! The first centroids: the rows that faiss::Clustering would take.
void LloydClustering::TakeRandomRows(idx_t n, const float *x) {
	std::vector<int> order(static_cast<size_t>(n));
	faiss::rand_perm(order.data(), order.size(), int64_t(seed) + 1);
	for (size_t j = 0; j < k; j++) {
		const float *row = x + size_t(order[j]) * d;
		centroids.insert(centroids.end(), row, row + d);
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
