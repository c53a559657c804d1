#pragma once

#include "api.hpp"
#include "number_reader.hpp"

#include <memory>
#include <vector>

namespace ducktopics {

//! One column of a chunk that holds embeddings: FLOAT[], FLOAT[d] (read in place) or lists of other numbers
//! (converted).
//!
//! Throws InvalidInput when the column has another type, and, when a row is read, when it has a NULL component, no
//! component, or one that is NaN or infinite.
class EmbeddingColumn {
public:
	EmbeddingColumn(duckdb_vector vector, idx_t count);

	bool IsNull(idx_t row) const {
		return all_null || !RowIsValid(validity, row);
	}
	//! The components of a row that is not NULL, checked.
	const float *Row(idx_t row) const;
	//! The components of a row that is not NULL, checked to be `d` of them.
	const float *Row(idx_t row, idx_t d) const;
	idx_t Dimensions(idx_t row) const {
		return entries ? entries[row].length : array_size;
	}

private:
	idx_t Offset(idx_t row) const {
		return entries ? entries[row].offset : row * array_size;
	}

	bool all_null = false;
	uint64_t *validity = nullptr;
	//! Where each row's list lies; null for an ARRAY.
	const duckdb_list_entry *entries = nullptr;
	idx_t array_size = 0;
	std::unique_ptr<NumberReader> numbers;
};

//! Throws InvalidInput unless all components are finite and their squares can be summed in single precision.
void CheckFinite(const float *row, idx_t d);

} // namespace ducktopics
