#pragma once

#include "aligned_buffer.hpp"
#include "nearest_kernel.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! An orthonormal basis of the directions in which a set of vectors varies most (their leading principal components),
//! packed for the kernels.
class Projection {
public:
	//! `vectors` is row-major n x d, centred. Finds `size` directions (at most d) by a few rounds of subspace
	//! iteration.
	Projection(const float *vectors, uint64_t n, uint32_t d, uint32_t size);

	uint32_t Size() const {
		return size;
	}
	//! target[j * tile_rows + r] = component j of row r of a packed tile of d components.
	void ProjectTile(const float *tile, float *target) const;
	//! target[i * Size() + j] = component j of vector i of row-major n x d, centred.
	void Project(const float *vectors, uint64_t n, float *target) const;

private:
	const NearestKernel &kernel;
	uint32_t d;
	uint32_t size;
	//! Row-major size x d.
	std::vector<float> basis;
	AlignedBuffer<float> packed;
	std::vector<float> zeros;
	std::vector<CentroidGroup> groups;
};

} // namespace ducktopics
