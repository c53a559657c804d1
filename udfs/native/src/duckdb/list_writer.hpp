#pragma once

#include "api.hpp"
#include "error.hpp"

namespace ducktopics {

//! Appends `count` items to a LIST vector's child and writes row `row`'s entry; returns the position of the first.
inline idx_t AppendList(duckdb_vector list, idx_t row, idx_t count) {
	const idx_t first = duckdb_list_vector_get_size(list);
	if (duckdb_list_vector_reserve(list, first + count) != DuckDBSuccess ||
	    duckdb_list_vector_set_size(list, first + count) != DuckDBSuccess) {
		throw InvalidInput("no memory for a list of " + std::to_string(count) + " items");
	}
	static_cast<duckdb_list_entry *>(duckdb_vector_get_data(list))[row] = {first, count};
	return first;
}

//! Marks a row of a LIST vector as NULL.
inline void SetNullList(duckdb_vector list, idx_t row) {
	static_cast<duckdb_list_entry *>(duckdb_vector_get_data(list))[row] = {0, 0};
	SetNull(list, row);
}

//! Writes `count` items from `items` as row `row` of a LIST vector whose child holds T.
template <class T, class Source>
void WriteList(duckdb_vector list, idx_t row, const Source *items, idx_t count) {
	const idx_t first = AppendList(list, row, count);
	T *child = static_cast<T *>(duckdb_vector_get_data(duckdb_list_vector_get_child(list)));
	for (idx_t i = 0; i < count; i++) {
		child[first + i] = T(items[i]);
	}
}

//! Writes k x d numbers as row `row` of a FLOAT[][] vector.
template <class Source>
void WriteCentroids(duckdb_vector list, idx_t row, const Source *centroids, idx_t k, idx_t d) {
	const idx_t first = AppendList(list, row, k);
	const duckdb_vector child = duckdb_list_vector_get_child(list);
	for (idx_t j = 0; j < k; j++) {
		WriteList<float>(child, first + j, centroids + j * d, d);
	}
}

} // namespace ducktopics
