#include "sorted_sums.hpp"

#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <numeric>

namespace ducktopics {

namespace {

//! Components of centroids below which a thread more costs what it saves.
constexpr uint64_t COMPONENTS_PER_PIECE = 1 << 16;

} // namespace

std::vector<double> MoveToMeansOfSorted(const WeightedRows &rows, const int32_t *labels, const FixedPoint &unit,
                                        uint64_t k, uint32_t d, float *centroids) {
	std::vector<uint64_t> ends(k + 1);
	for (uint64_t i = 0; i < rows.Count(); i++) {
		ends[size_t(labels[i]) + 1]++;
	}
	std::partial_sum(ends.begin(), ends.end(), ends.begin());
	// Each start becomes the end of its cluster, which is the start of the next one.
	std::vector<uint64_t> sorted(rows.Count());
	for (uint64_t i = 0; i < rows.Count(); i++) {
		sorted[ends[size_t(labels[i])]++] = i;
	}
	std::vector<double> totals(k);
	ParallelFor(k, std::max<uint64_t>(1, COMPONENTS_PER_PIECE / d), [&](uint64_t first, uint64_t last) {
		std::vector<uint64_t> sums(d);
		std::vector<int64_t> rests(d);
		for (uint64_t j = first; j < last; j++) {
			std::fill(sums.begin(), sums.end(), 0);
			std::fill(rests.begin(), rests.end(), 0);
			const uint64_t begin = j == 0 ? 0 : ends[j - 1];
			for (uint64_t i = begin; i < ends[j]; i++) {
				unit.Add(rows.rows[sorted[i]], rows.weights[sorted[i]], d, sums.data(), rests.data());
				totals[j] += rows.weights[sorted[i]];
			}
			if (totals[j] > 0) {
				unit.Mean(sums.data(), rests.data(), ends[j] - begin, totals[j], d, centroids + j * d);
			}
		}
	});
	return totals;
}

} // namespace ducktopics
