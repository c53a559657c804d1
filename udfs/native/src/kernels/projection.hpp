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
	//! `vectors` is row-major n x d, centred. Takes the fewest directions that leave at most `rest` of the vectors'
	//! squared norms outside, found by subspace iteration (Halko, Martinsson & Tropp, SIAM Review 2011). Where
	//! `largest` directions leave more, the size is 0.
	Projection(const float *vectors, uint64_t n, uint32_t d, uint32_t largest, double rest);
	//! A projection without directions.
	Projection();

	uint32_t Size() const {
		return size;
	}
	//! target[j * tile_rows + r] = component j of row r of a packed tile of d components.
	void ProjectTile(const float *tile, float *target) const;
	//! target[i * Size() + j] = component j of vector i of row-major n x d, centred.
	void Project(const float *vectors, uint64_t n, float *target) const;

private:
	void FindDirections(const float *vectors, uint64_t n, uint32_t largest);
	void Pack();

	const NearestKernel &kernel;
	uint32_t d;
	uint32_t size;
	//! The part of the vectors' squared norms in each direction, largest first.
	std::vector<float> energies;
	//! Row-major size x d.
	std::vector<float> basis;
	AlignedBuffer<float> packed;
	std::vector<float> zeros;
	std::vector<CentroidGroup> groups;
};

} // namespace ducktopics
