#include "sorted_sums.hpp"

#include "cluster_means.hpp"

#include <numeric>

namespace ducktopics {

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
	return MoveToWeightedMeans(unit, k, d, centroids, [&](uint64_t j, uint64_t *sums, int64_t *rests) {
		ClusterTotal total;
		const uint64_t begin = j == 0 ? 0 : ends[j - 1];
		for (uint64_t i = begin; i < ends[j]; i++) {
			unit.Add(rows.rows[sorted[i]], rows.weights[sorted[i]], d, sums, rests);
			total.weight += rows.weights[sorted[i]];
		}
		total.rows = ends[j] - begin;
		return total;
	});
}

} // namespace ducktopics
