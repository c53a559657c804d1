#pragma once

#include "lower_bounds.hpp"
#include "quantized_kernel.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! Bounds from vectors of bytes (scalar quantization).
//!
//! Each row and each vector is rounded to multiples of 1/127 of its largest component. What that changes is known: by
//! Cauchy and Schwarz the product of the rounded ones differs from the true one by at most |x - x'| |y| + |x'| |y -
//! y'|, and these lengths are computed. A product of bytes takes a quarter of the work, and for nearly every row the
//! bounds leave one centroid.
class QuantizedBounds : public LowerBounds {
public:
	//! `vectors` is row-major k x d; they and the rows lose `origin`. `norms` is what takes the place of |y|^2 in the
	//! scores of the vectors.
	QuantizedBounds(const QuantizedKernel &kernel, const float *vectors, const float *norms, uint64_t k, uint32_t d,
	                const float *origin);

	//! Whether vectors of up to this norm and this many components can be taken.
	static bool Fits(float largest_norm, uint32_t d);

	uint32_t TileRows() const override {
		return kernel.tile_rows;
	}
	uint64_t BatchRows() const override {
		return batch_tiles * kernel.tile_rows;
	}
	void Bound(const float *const *rows, uint64_t n, bool one, BoundedRows &bounded) const override;
	bool KeepsAll() const override;
	void Narrow(BoundedRows &bounded, uint64_t tile, const float *margins) const override;
	void Candidates(const BoundedRows &bounded, uint64_t row, std::vector<Candidate> &candidates) const override;
	void GroupBounds(const BoundedRows &bounded, uint64_t row, size_t g, float *bounds) const override;
	bool Settle(const BoundedRows &bounded, uint64_t row, size_t g, float elsewhere, float margin, float *bounds,
	            uint32_t *best) const override;
	float Spread(const BoundedRows &bounded, uint64_t row) const override {
		return 2 * bounded.slacks.Get()[row] * largest_length;
	}
	float MarginFactor() const override {
		return 2;
	}
	double RowWork() const override;
	double GroupWork() const override;

private:
	double PackGroup(const float *vectors, const QuantizedGroup &group);
	//! Room for the rows that a vector may be nearest to, for each vector of a tile.
	uint64_t CandidateStride() const;
	QuantizedTile TileOf(const BoundedRows &bounded, uint64_t tile) const;

	const QuantizedKernel &kernel;
	uint64_t k;
	uint32_t d;
	const float *origin;
	//! The largest error of a vector, relative to its length.
	float relative_error = 0;
	float largest_length = 0;
	AlignedBuffer<int8_t> packed;
	std::vector<int32_t> offsets;
	std::vector<float> scales;
	std::vector<float> norms;
	std::vector<float> lengths;
	std::vector<QuantizedGroup> packed_groups;
	size_t groups_per_block = 1;
	uint64_t batch_tiles = 1;
};

} // namespace ducktopics
