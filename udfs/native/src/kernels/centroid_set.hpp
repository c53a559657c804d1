#pragma once

#include "aligned_buffer.hpp"
#include "nearest_kernel.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! k centroids of d components, packed once for the nearest-centroid kernels. Immutable, so that threads may share it.
//!
//! All distances are squared L2 distances, as FAISS' IndexFlatL2 gives them. The search is exact: every centroid is
//! scored for every row by |c|^2 - 2 x.c, after the mean of the centroids was taken off both (which keeps the digits
//! of data that lies far from the origin). Equal scores go to the lowest index.
class CentroidSet {
public:
	//! `centroids` is row-major k x d; all components are finite. Copies what it needs.
	CentroidSet(const float *centroids, uint64_t k, uint32_t d);

	uint64_t Count() const {
		return k;
	}
	uint32_t Dimensions() const {
		return d;
	}
	const float *Centroid(uint64_t index) const {
		return raw.data() + index * d;
	}
	//! Whether this set was made of these very numbers.
	bool Holds(const float *centroids, uint64_t k, uint32_t d) const;

	//! index[i] = position of the centroid nearest to rows[i], for n rows.
	void Nearest(const float *const *rows, uint64_t n, int32_t *index) const;

	//! index[i * count ...] = positions of the `count` nearest centroids of rows[i], nearest first; count <= k.
	void NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

	//! Squared distance between a row and a centroid, from the differences themselves.
	float SquaredDistance(const float *row, int32_t index) const {
		return kernel.squared_distance(row, Centroid(index), d);
	}

private:
	//! A run of groups whose packed components stay in the second-level cache together.
	struct Block {
		size_t first_group;
		size_t group_count;
	};

	template <class ForTile>
	void ForTiles(const float *const *rows, uint64_t n, ForTile &&for_tile) const;

	const NearestKernel &kernel;
	uint64_t k;
	uint32_t d;
	std::vector<float> raw;
	std::vector<float> origin;
	AlignedBuffer<float> packed;
	std::vector<float> norms;
	std::vector<CentroidGroup> groups;
	std::vector<Block> blocks;
};

} // namespace ducktopics
