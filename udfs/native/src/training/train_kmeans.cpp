#include "train_kmeans.hpp"

#include "../duckdb/error.hpp"
#include "cell_start.hpp"
#include "initial_centroids.hpp"
#include "lloyd_clustering.hpp"

#include <algorithm>
#include <string>

namespace ducktopics {

namespace {

constexpr uint64_t LARGEST_SAMPLE_BYTES = 1ULL << 30;
//! From here on k-means++ in cells takes the place of k-means++ over all of the sample.
constexpr uint64_t MANY_CENTROIDS = 256;
constexpr uint64_t FEWEST_POINTS_PER_CENTROID = 39;

} // namespace

uint64_t SampleCapacity(const KMeansOptions &options, uint32_t d) {
	const uint64_t affordable = LARGEST_SAMPLE_BYTES / (sizeof(float) * d) / options.k;
	const uint64_t bounded = std::max(affordable, FEWEST_POINTS_PER_CENTROID);
	return options.k * std::min(options.max_points_per_centroid, bounded);
}

std::vector<float> TrainKMeans(Sample &sample, const KMeansOptions &options) {
	const uint64_t k = options.k;
	const uint32_t d = sample.Dimensions();
	if (sample.Rows() < k) {
		throw Expected("at least k = " + std::to_string(k) + " rows", std::to_string(sample.Rows()));
	}
	const SampledRows rows = sample.Finish();
	const uint64_t n = rows.by_priority.Count();
	if (n < k) {
		throw Expected("at least k = " + std::to_string(k) + " distinct embeddings", std::to_string(n));
	}
	faiss::ClusteringParameters parameters;
	parameters.niter = int(options.niter);
	parameters.seed = int(options.seed);
	LloydClustering clustering(int(d), int(k), parameters);
	if (n == k) {
		// Every embedding is a centroid.
		for (const float *row : rows.by_priority.rows) {
			clustering.centroids.insert(clustering.centroids.end(), row, row + d);
		}
		return std::move(clustering.centroids);
	}
	const FixedPoint unit(rows.by_place, d);
	if (options.initialisation == Initialisation::RANDOM) {
		clustering.TakeRandomRows(rows.by_priority);
	} else {
		clustering.centroids = k < MANY_CENTROIDS ? KMeansPlusPlus(rows.by_priority, d, k, options.seed)
		                                          : StartFromCells(rows.by_priority, unit, d, k, options.seed);
	}
	clustering.Iterate(rows.by_place, unit);
	return std::move(clustering.centroids);
}

} // namespace ducktopics
