#pragma once

#include "exact_distance.hpp"
#include "lower_bounds.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace ducktopics {

class CentroidSet;

//! An exact nearest-centroid search that looks at few centroids in full: those whose lower bound lies below the best
//! distance so far.
//!
//! Answers are those of the plain kernel: bounds have a margin for rounding, and where centroids come out closer
//! together than that margin their distances in double precision decide, here as there.
class BoundedSearch {
public:
	//! The set must outlive this.
	BoundedSearch(const CentroidSet &set, std::unique_ptr<const LowerBounds> bounds);

	//! Multiply-adds of the plain kernel that a row has cost so far; what the bounds alone cost before any row.
	double WorkPerRow() const;
	//! Whether enough rows were searched for WorkPerRow to tell.
	bool IsMeasured() const;

	//! As CentroidSet::NearestList.
	void NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

private:
	struct Search;

	void SearchBatch(const float *const *rows, uint64_t n, uint32_t count, Search &search, int32_t *index) const;
	void SearchKept(const float *const *rows, uint64_t n, Search &search, int32_t *index) const;
	float FirstLimit(Search &search) const;
	void LookAtCandidates(Search &search) const;
	void SortFound(Search &search) const;
	void Look(Search &search, int32_t index) const;

	const CentroidSet &set;
	std::unique_ptr<const LowerBounds> bounds;
	mutable std::atomic<uint64_t> rows_seen {0};
	mutable std::atomic<uint64_t> looked_at {0};
	mutable std::atomic<uint64_t> groups_bounded {0};
};

} // namespace ducktopics
