#pragma once

#include "sample.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

enum class Initialisation { KMEANS_PLUS_PLUS, RANDOM };

struct KMeansOptions {
	//! Number of centroids.
	uint64_t k;
	//! Lloyd iterations over the sample.
	uint64_t niter = 20;
	uint64_t seed = 1234;
	//! Size of the sample for each centroid.
	uint64_t max_points_per_centroid = 256;
	Initialisation initialisation = Initialisation::KMEANS_PLUS_PLUS;
};

//! Rows that the sample keeps for these options: k * max_points_per_centroid, or less where a sample would take more
//! than 1 GiB, but not below 39 for each centroid (the least that FAISS trains on without a warning).
uint64_t SampleCapacity(const KMeansOptions &options, uint32_t d);

//! Trains k centroids of the sample by FAISS' Clustering with our loop (see LloydClustering), on all cores. Returns
//! row-major k x d. Ends the sampling. Throws InvalidInput when there are fewer rows, or fewer distinct embeddings,
//! than k.
std::vector<float> TrainKMeans(Sample &sample, const KMeansOptions &options);

} // namespace ducktopics
