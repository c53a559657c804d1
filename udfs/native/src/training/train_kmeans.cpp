#include "train_kmeans.hpp"

#include "../duckdb/error.hpp"
#include "assignment_index.hpp"
#include "cell_start.hpp"
#include "initial_centroids.hpp"
#include "../threads/parallel_for.hpp"

#include <faiss/Clustering.h>
#include <omp.h>

#include <algorithm>
#include <string>

namespace ducktopics {

namespace {

constexpr uint64_t LARGEST_SAMPLE_BYTES = 1ULL << 30;
//! From here on k-means++ in cells takes the place of k-means++ over all of the sample.
constexpr uint64_t MANY_CENTROIDS = 256;
constexpr uint64_t FEWEST_POINTS_PER_CENTROID = 39;

//! Sets OpenMP's threads for the calling thread, and sets them back.
class OpenMPThreads {
public:
	explicit OpenMPThreads(int threads) : before(omp_get_max_threads()) {
		omp_set_num_threads(threads);
	}
	~OpenMPThreads() {
		omp_set_num_threads(before);
	}

private:
	int before;
};

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
	std::vector<float> embeddings;
	std::vector<float> weights;
	sample.Take(embeddings, weights);
	const uint64_t n = weights.size();
	if (n < k) {
		throw Expected("at least k = " + std::to_string(k) + " distinct embeddings", std::to_string(n));
	}
	faiss::ClusteringParameters parameters;
	parameters.niter = int(options.niter);
	parameters.seed = int(options.seed);
	parameters.min_points_per_centroid = 1;
	parameters.max_points_per_centroid = int(std::min<uint64_t>(n / k + 1, INT32_MAX));
	faiss::Clustering clustering(int(d), int(k), parameters);
	if (options.initialisation == Initialisation::KMEANS_PLUS_PLUS) {
		const auto start = k < MANY_CENTROIDS ? KMeansPlusPlus : StartFromCells;
		clustering.centroids = start(embeddings.data(), weights.data(), n, d, k, options.seed);
	}
	AssignmentIndex index(d);
	// FAISS' own loops over the sample (the update of the centroids) use OpenMP.
	const OpenMPThreads threads {int(TrainingThreads())};
	try {
		clustering.train(faiss::Index::idx_t(n), embeddings.data(), index, weights.data());
	} catch (const AssignmentIndex::Converged &) {
		// Further iterations would change nothing.
	}
	return std::move(clustering.centroids);
}

} // namespace ducktopics
