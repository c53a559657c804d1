#pragma once

#include "aligned_buffer.hpp"
#include "exact_distance.hpp"
#include "nearest_kernel.hpp"

#include <cstdint>
#include <vector>

namespace ducktopics {

//! A batch of rows on its way through a search, and the lowest bound of each row in each group.
struct BoundedRows {
	//! lowest[(tile * groups + g) * tile_rows + r]
	AlignedBuffer<float> lowest;
	//! |x|^2 of each row, centred.
	AlignedBuffer<float> squared_norms;

	// What kinds of bounds keep for themselves.
	AlignedBuffer<float> components;
	AlignedBuffer<float> short_components;
	AlignedBuffer<float> bounds;
	AlignedBuffer<uint8_t> bytes;
	AlignedBuffer<uint8_t> staging;
	AlignedBuffer<float> scales;
	AlignedBuffer<float> slacks;
	AlignedBuffer<float> highest;
	AlignedBuffer<uint32_t> candidates;

	//! Of a batch whose bounds were narrowed: the nearest centroid of each row, or -1 where several are left.
	AlignedBuffer<int32_t> nearest;
};

//! Lower bounds of all scores |c|^2 - 2 x.c of a row, at less work than the scores themselves.
class LowerBounds {
public:
	//! Consecutive centroids that are bounded together.
	struct Group {
		int32_t first;
		uint32_t size;
	};

	virtual ~LowerBounds() = default;

	//! Rows in a tile, and in the largest batch.
	virtual uint32_t TileRows() const = 0;
	virtual uint64_t BatchRows() const = 0;
	//! Bounds n rows, at most a batch, against every group. `one` tells that only the nearest centroid is wanted.
	virtual void Bound(const float *const *rows, uint64_t n, bool one, BoundedRows &bounded) const = 0;

	//! Whether a batch that was bounded with `one` has the bounds of all centroids. It is asked with Narrow and
	//! Candidates then, not group by group.
	virtual bool KeepsAll() const {
		return false;
	}
	//! Finds what the bounds of a tile leave, where rounding may shift two scores of row r by `margins[r]`.
	virtual void Narrow(BoundedRows &, uint64_t, const float *) const {
	}
	//! The centroids that a row was left with, with their bounds in place of distances; the lowest bound comes first.
	virtual void Candidates(const BoundedRows &, uint64_t, std::vector<Candidate> &) const {
	}

	//! bounds[j] = the bound of a row of the batch and centroid j of group g.
	virtual void GroupBounds(const BoundedRows &bounded, uint64_t row, size_t g, float *bounds) const = 0;
	//! The same; *best is where the lowest one is. Whether the bounds alone say that it is the nearest of all
	//! centroids, where `elsewhere` is the lowest bound of another group and `margin` what rounding may shift.
	virtual bool Settle(const BoundedRows &bounded, uint64_t row, size_t g, float elsewhere, float margin,
	                    float *bounds, uint32_t *best) const = 0;
	//! How far the score of a row may lie above its bound, rounding apart; infinite where that is not known.
	virtual float Spread(const BoundedRows &bounded, uint64_t row) const = 0;
	//! By how many times the margin of scores in single precision a bound may be off.
	virtual float MarginFactor() const = 0;
	//! The work for a row, in multiply-adds of the plain kernel; and that of GroupBounds.
	virtual double RowWork() const = 0;
	virtual double GroupWork() const = 0;

	const std::vector<Group> &Groups() const {
		return groups;
	}

protected:
	std::vector<Group> groups;
};

} // namespace ducktopics
