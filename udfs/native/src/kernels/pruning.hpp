#pragma once

#include "exact_distance.hpp"
#include "projection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace ducktopics {

class CentroidSet;

//! An exact nearest-centroid search that scores most centroids by a few components only.
//!
//! Rows and centroids are projected on the leading principal components of the centroids; what is left of each is kept
//! as one number, its norm. By Cauchy and Schwarz the scores of these short vectors never exceed the true ones, so the
//! plain kernel over the short vectors gives a lower bound for every centroid, and only centroids whose bound lies
//! below the best distance so far are looked at in full. Means of many real embeddings have little left outside a few
//! directions: few are looked at. On data without such structure nearly all are; `Pays` then turns false.
//!
//! Answers are those of the plain kernel: bounds have a margin for rounding, and where centroids come out closer
//! together than that margin their distances in double precision decide, here as there.
class Pruning {
public:
	//! Takes time of order k d Size(): build it when many rows are to come. `projection` may come from an earlier model
	//! of the same data; null finds one. The set must outlive this.
	Pruning(const CentroidSet &set, std::shared_ptr<const Projection> projection);

	//! Whether building is worth a try for k centroids of d components to which rows_seen rows were compared so far.
	static bool IsWorthTrying(uint64_t k, uint32_t d, uint64_t rows_seen);
	//! Whether rows so far took less work than the plain kernel would have; true while there are too few to tell.
	bool Pays() const;

	//! As CentroidSet::NearestList.
	void NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

	const std::shared_ptr<const Projection> &GetProjection() const {
		return projection;
	}

private:
	struct Tile;

	void BoundTile(const float *const *rows, uint32_t row_count, Tile &tile) const;
	void Search(const float *row, uint32_t r, uint32_t count, Tile &tile, std::vector<Candidate> &found) const;
	void Settle(const float *row, float margin, uint32_t count, std::vector<Candidate> &found) const;

	const CentroidSet &set;
	const NearestKernel &kernel;
	std::shared_ptr<const Projection> projection;
	//! Components of the short vectors: the projection's and the norm of the rest.
	uint32_t short_d;
	float margin_factor = 1;
	AlignedBuffer<float> packed;
	std::vector<CentroidGroup> groups;
	mutable std::atomic<uint64_t> rows_seen {0};
	mutable std::atomic<uint64_t> looked_at {0};
};

} // namespace ducktopics
