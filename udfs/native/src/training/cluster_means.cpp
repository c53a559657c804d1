#include "cluster_means.hpp"

#include "../threads/parallel_for.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

//! Components of centroids below which a thread more costs what it saves.
constexpr uint64_t COMPONENTS_PER_PIECE = 1 << 16;

} // namespace

std::vector<double>
MoveToWeightedMeans(const FixedPoint &unit, uint64_t k, uint32_t d, float *centroids,
                    const std::function<ClusterTotal(uint64_t j, uint64_t *sums, int64_t *rests)> &add_up) {
	std::vector<double> weights(k);
	ParallelFor(k, std::max<uint64_t>(1, COMPONENTS_PER_PIECE / d), [&](uint64_t begin, uint64_t end) {
		std::vector<uint64_t> sums(d);
		std::vector<int64_t> rests(d);
		for (uint64_t j = begin; j < end; j++) {
			std::fill(sums.begin(), sums.end(), 0);
			std::fill(rests.begin(), rests.end(), 0);
			const ClusterTotal total = add_up(j, sums.data(), rests.data());
			weights[j] = total.weight;
			if (total.weight > 0) {
				unit.Mean(sums.data(), rests.data(), total.rows, total.weight, d, centroids + j * d);
			}
		}
	});
	return weights;
}

} // namespace ducktopics
