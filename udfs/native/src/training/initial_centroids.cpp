#include "initial_centroids.hpp"

#include "../kernels/nearest_kernel.hpp"
#include "parallel_for.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

namespace ducktopics {

namespace {

constexpr uint64_t POINTS_PER_CENTROID = 16;
constexpr uint64_t ROWS_PER_PIECE = 4096;

uint64_t Trials() {
	const char *setting = std::getenv("DUCKTOPICS_TRIALS");
	return setting ? uint64_t(std::atoi(setting)) : 1;
}

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

} // namespace

std::vector<float> KMeansPlusPlus(const float *embeddings, const float *weights, uint64_t n, uint32_t d, uint64_t k,
                                  uint64_t seed) {
	n = std::min(n, POINTS_PER_CENTROID * k);
	const NearestKernel &kernel = SelectKernel();
	std::mt19937_64 random(seed);
	const auto uniform = [&]() {
		return double(random() >> 11) * 0x1p-53;
	};
	const uint64_t trials = Trials();
	std::vector<float> centroids;
	centroids.reserve(k * d);
	std::vector<bool> taken(n, false);
	std::vector<float> distance(n, 1.0f);
	std::vector<float> best(n);
	std::vector<float> candidate(n);
	double total = 0;
	for (uint64_t i = 0; i < n; i++) {
		total += weights[i];
	}
	for (uint64_t j = 0; j < k; j++) {
		double best_total = std::numeric_limits<double>::infinity();
		uint64_t best_choice = 0;
		for (uint64_t trial = 0; trial < (j == 0 ? 1 : trials); trial++) {
			uint64_t choice = Draw(distance, weights, total, uniform());
			// Where all that is left coincides with a centroid in single precision, take what is not taken.
			while (taken[choice]) {
				choice = (choice + 1) % n;
			}
			const float *centroid = embeddings + choice * d;
			ParallelFor(n, ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
				for (uint64_t i = begin; i < end; i++) {
					const float to_new = kernel.squared_distance(embeddings + i * d, centroid, d);
					candidate[i] = j == 0 ? to_new : std::min(distance[i], to_new);
				}
			});
			double candidate_total = 0;
			for (uint64_t i = 0; i < n; i++) {
				candidate_total += double(candidate[i]) * weights[i];
			}
			if (candidate_total < best_total) {
				best_total = candidate_total;
				best_choice = choice;
				best.swap(candidate);
			}
		}
		taken[best_choice] = true;
		distance.swap(best);
		total = best_total;
		const float *centroid = embeddings + best_choice * d;
		centroids.insert(centroids.end(), centroid, centroid + d);
	}
	return centroids;
}

} // namespace ducktopics
