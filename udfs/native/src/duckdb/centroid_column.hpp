#pragma once

#include "api.hpp"
#include "number_reader.hpp"
#include "../kernels/centroid_set.hpp"

#include <memory>
#include <vector>

namespace ducktopics {

//! One column of a chunk that holds lists of centroids, FLOAT[][] or FLOAT[d][] (or of other numbers).
//!
//! The macros hand over one list for all rows: DuckDB then gives every row the same list entry, and the packed set
//! comes from a cache of the thread after a comparison of the bytes. Rows with lists of their own (a join that brings
//! a model to each row) work as well, one set at a time.
class CentroidColumn {
public:
	//! Throws InvalidInput when the column has another type.
	CentroidColumn(duckdb_vector vector, idx_t count);

	bool IsNull(idx_t row) const {
		return all_null || !RowIsValid(validity, row);
	}
	//! The first row after `row` that holds another list (or count).
	idx_t EndOfRun(idx_t row) const;
	//! The packed centroids of a row that is not NULL; valid until the next call in this thread.
	//! Throws InvalidInput when there are none, when they are ragged, or when a component is NULL or not finite.
	const CentroidSet &Set(idx_t row) const;

private:
	const float *Contiguous(idx_t row, idx_t &k, idx_t &d, std::vector<float> &copy) const;

	idx_t count;
	bool all_null = false;
	uint64_t *validity = nullptr;
	const duckdb_list_entry *lists = nullptr;
	uint64_t *centroid_validity = nullptr;
	//! Where each centroid's components lie; null for ARRAY centroids.
	const duckdb_list_entry *entries = nullptr;
	idx_t array_size = 0;
	std::unique_ptr<NumberReader> numbers;
};

} // namespace ducktopics
