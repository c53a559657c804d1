#pragma once

#include "weighted_rows.hpp"

#include <cstdint>

namespace ducktopics {

//! Units in which rows times their weights are added up as whole numbers: a power of two, so large that no sum passes
//! 64 bits. The sums do not depend on the order of the rows.
struct FixedPoint {
	FixedPoint(const WeightedRows &rows, uint32_t d);

	//! Adds a row times its weight to d sums, and what is less than a unit of it to d rests, which are not looked at
	//! where `parts_of_unit` is 0.
	void Add(const float *row, float weight, uint32_t d, uint64_t *sums, int64_t *rests) const;
	//! The weighted mean of the rows, `rows` of them with a weight of `weight` > 0 together.
	void Mean(const uint64_t *sums, const int64_t *rests, uint64_t rows, double weight, uint32_t d, float *mean) const;

	//! Units in 1.
	double scale;
	//! Parts of a unit that are added up as well; 0 where each row is many units long. Rows that are very much shorter
	//! than the longest need them.
	double parts_of_unit;
};

} // namespace ducktopics
