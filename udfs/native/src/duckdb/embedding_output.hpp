#pragma once

#include "api.hpp"
#include "error.hpp"

namespace ducktopics {

//! The largest d for which DuckDB makes a FLOAT[d] column.
constexpr idx_t LARGEST_ARRAY = 99999;

//! Writes the numbers `first`, `first` + 1, ... to a BIGINT column, from row `offset` on.
inline void WriteRowNumbers(duckdb_vector vector, uint64_t first, idx_t count, idx_t offset = 0) {
	int64_t *numbers = static_cast<int64_t *>(duckdb_vector_get_data(vector)) + offset;
	for (idx_t i = 0; i < count; i++) {
		numbers[i] = int64_t(first + i);
	}
}

//! Where the numbers of a FLOAT[d] column go, one row after the other.
inline float *ArrayNumbers(duckdb_vector vector) {
	return static_cast<float *>(duckdb_vector_get_data(duckdb_array_vector_get_child(vector)));
}

//! Makes `count` rows of a FLOAT[] column lists of d numbers; returns where those go, one row after the other.
inline float *ListNumbers(duckdb_vector vector, idx_t count, idx_t d) {
	if (duckdb_list_vector_reserve(vector, count * d) != DuckDBSuccess ||
	    duckdb_list_vector_set_size(vector, count * d) != DuckDBSuccess) {
		throw InvalidInput("no memory for " + std::to_string(count) + " x " + std::to_string(d) + " numbers");
	}
	duckdb_list_entry *entries = static_cast<duckdb_list_entry *>(duckdb_vector_get_data(vector));
	for (idx_t i = 0; i < count; i++) {
		entries[i] = {i * d, d};
	}
	return static_cast<float *>(duckdb_vector_get_data(duckdb_list_vector_get_child(vector)));
}

} // namespace ducktopics
