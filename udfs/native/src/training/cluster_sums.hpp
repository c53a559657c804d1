#pragma once

#include "../kernels/aligned_buffer.hpp"
#include "fixed_point.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ducktopics {

//! Sums of rows by cluster, in fixed point: they do not depend on the order in which rows come, so that any thread may
//! add any row while it is in its cache.
class ClusterSums {
public:
	ClusterSums(uint64_t k, uint32_t d, const FixedPoint &unit);

	//! Adds n rows to the clusters of their labels. Threads may call it side by side.
	void Add(const float *const *rows, const float *weights, const int32_t *labels, uint64_t n);

	//! Moves each centroid (row-major k x d) to the weighted mean of its cluster, one without rows stays, and forgets
	//! the rows. Returns the sum of the weights of each cluster.
	std::vector<double> MoveToMeans(float *centroids);

private:
	//! What one thread at a time adds to.
	struct Part {
		Part(uint64_t k, uint32_t d, const FixedPoint &unit);

		AlignedBuffer<uint64_t> sums;
		//! Sums of parts of a unit, where there are any.
		std::vector<int64_t> rests;
		std::vector<uint64_t> rows;
		std::vector<double> weights;
	};

	Part &TakePart();
	Part &AddPart();
	void ReturnPart(Part &part);

	uint64_t k;
	uint32_t d;
	FixedPoint unit;
	//! How many more there may be.
	size_t parts_left;
	std::mutex lock;
	std::condition_variable returned;
	std::vector<std::unique_ptr<Part>> parts;
	std::vector<Part *> free_parts;
};

} // namespace ducktopics
