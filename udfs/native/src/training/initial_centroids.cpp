#include "initial_centroids.hpp"

#include "../kernels/nearest_kernel.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace ducktopics {

namespace {

//! Embeddings that are looked at for each centroid. Four times as many changed the objective by less than 1 %.
constexpr uint64_t POINTS_PER_CENTROID = 16;
//! Candidates for each centroid. Instead of one they lowered the objective of mixtures by 2 to 74 %.
constexpr uint64_t CANDIDATES = 4;
constexpr uint64_t ROWS_PER_PIECE = 4096;

//! The first position at which the running total of potentials passes `share` of the whole.
uint64_t Draw(const std::vector<float> &distance, const float *weights, double total, double share) {
	double left = share * total;
	uint64_t last_possible = 0;
	for (uint64_t i = 0; i < distance.size(); i++) {
		const double potential = double(distance[i]) * weights[i];
		if (potential <= 0) {
			continue;
		}
		last_possible = i;
		left -= potential;
		if (left < 0) {
			break;
		}
	}
	return last_possible;
}

//! What one candidate would make of the distances to the nearest centroid.
struct Candidate {
	uint64_t choice = 0;
	std::vector<float> distance;
	double total = 0;
};

} // namespace

std::vector<float> KMeansPlusPlus(const WeightedRows &embeddings, uint32_t d, uint64_t k, uint64_t seed) {
	const uint64_t n = std::min(embeddings.Count(), POINTS_PER_CENTROID * k);
	const float *const *rows = embeddings.rows.data();
	const float *weights = embeddings.weights.data();
	const NearestKernel &kernel = SelectKernel();
	std::mt19937_64 random(seed);
	std::vector<Candidate> candidates(CANDIDATES);
	for (Candidate &candidate : candidates) {
		candidate.distance.resize(n);
	}
	std::vector<float> centroids;
	centroids.reserve(k * d);
	std::vector<bool> taken(n, false);
	// Before the first centroid every embedding is as likely as its weight.
	std::vector<float> distance(n, 1.0f);
	double total = std::accumulate(weights, weights + n, 0.0);
	for (uint64_t j = 0; j < k; j++) {
		for (Candidate &candidate : candidates) {
			candidate.choice = Draw(distance, weights, total, double(random() >> 11) * 0x1p-53);
			// Where all that is left coincides with a centroid in single precision, take what is not taken.
			while (taken[candidate.choice]) {
				candidate.choice = (candidate.choice + 1) % n;
			}
		}
		ParallelFor(n, ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
			for (uint64_t i = begin; i < end; i++) {
				for (Candidate &candidate : candidates) {
					const float to_new = kernel.squared_distance(rows[i], rows[candidate.choice], d);
					candidate.distance[i] = j == 0 ? to_new : std::min(distance[i], to_new);
				}
			}
		});
		for (Candidate &candidate : candidates) {
			candidate.total = std::inner_product(candidate.distance.begin(), candidate.distance.end(), weights, 0.0);
		}
		Candidate &best = *std::min_element(candidates.begin(), candidates.end(),
		                                    [](const auto &a, const auto &b) { return a.total < b.total; });
		taken[best.choice] = true;
		distance.swap(best.distance);
		total = best.total;
		const float *centroid = rows[best.choice];
		centroids.insert(centroids.end(), centroid, centroid + d);
	}
	return centroids;
}

} // namespace ducktopics
