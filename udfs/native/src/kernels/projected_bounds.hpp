#pragma once

#include "lower_bounds.hpp"
#include "projection.hpp"
#include "quantized_bounds.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace ducktopics {

class CentroidSet;

//! Bounds from a few components.
//!
//! Rows and centroids are projected on the leading principal components of the centroids; what is left of each is kept
//! as one number, its norm. By Cauchy and Schwarz the scores of these short vectors never exceed the true ones. Means
//! of many real embeddings have little left outside a few directions; on data without such structure there is no
//! projection, or the bounds rule out too little. Where the processor multiplies bytes, the short vectors are bounded
//! as bytes in their turn.
class ProjectedBounds : public LowerBounds {
public:
	//! Takes time of order k d times the directions. The set must outlive this.
	ProjectedBounds(const CentroidSet &set, std::shared_ptr<const Projection> projection);

	uint32_t TileRows() const override {
		return kernel.tile_rows;
	}
	uint64_t BatchRows() const override {
		return quantized ? quantized->BatchRows() : kernel.tile_rows;
	}
	void Bound(const float *const *rows, uint64_t n, bool one, BoundedRows &bounded) const override;
	void GroupBounds(const BoundedRows &bounded, uint64_t row, size_t g, float *bounds) const override;
	bool Settle(const BoundedRows &bounded, uint64_t row, size_t g, float elsewhere, float margin, float *bounds,
	            uint32_t *best) const override;
	float Spread(const BoundedRows &, uint64_t) const override {
		return std::numeric_limits<float>::infinity();
	}
	float MarginFactor() const override {
		return margin_factor;
	}
	double RowWork() const override;
	double GroupWork() const override {
		return quantized ? quantized->GroupWork() : 0;
	}

private:
	void ProjectTile(const float *const *rows, uint32_t count, float *squared_norms, BoundedRows &bounded) const;
	void PackFloats(const float *short_vectors);

	const CentroidSet &set;
	const NearestKernel &kernel;
	std::shared_ptr<const Projection> projection;
	//! Components of the short vectors: the projection's and the norm of the rest.
	uint32_t short_d;
	float margin_factor = 1;
	std::unique_ptr<const QuantizedBounds> quantized;
	std::vector<float> zeros;
	AlignedBuffer<float> packed;
	std::vector<CentroidGroup> packed_groups;
};

} // namespace ducktopics
