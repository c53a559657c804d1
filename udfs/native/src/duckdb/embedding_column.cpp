#include "embedding_column.hpp"

#include "error.hpp"
#include "../kernels/nearest_kernel.hpp"

#include <algorithm>
#include <cmath>

namespace ducktopics {

namespace {

//! Above this the squared distance of two embeddings may not fit a FLOAT.
constexpr float LARGEST_SQUARED_NORM = 1e37f;

//! The number of items that the lists of a column reach to.
idx_t ItemsReached(const duckdb_list_entry *entries, uint64_t *validity, idx_t count) {
	idx_t reached = 0;
	for (idx_t i = 0; i < count; i++) {
		if (RowIsValid(validity, i)) {
			reached = std::max<idx_t>(reached, entries[i].offset + entries[i].length);
		}
	}
	return reached;
}

} // namespace

void CheckFinite(const float *row, idx_t d) {
	const float norm = SelectKernel().squared_norm(row, uint32_t(d));
	if (norm < LARGEST_SQUARED_NORM) {
		return;
	}
	for (idx_t c = 0; c < d; c++) {
		if (!std::isfinite(row[c])) {
			throw Expected("finite components", (std::isnan(row[c]) ? "NaN" : "infinity") +
			                                        std::string(" at position ") + std::to_string(c + 1));
		}
	}
	throw Expected("an embedding whose squared norm is below 1e37", "a larger one");
}

EmbeddingColumn::EmbeddingColumn(duckdb_vector vector, idx_t count) {
	const LogicalType type = LogicalType::Of(vector);
	if (type.Id() == DUCKDB_TYPE_SQLNULL) {
		all_null = true;
		return;
	}
	if (!type.IsListOrArray()) {
		throw Expected("an embedding of type FLOAT[]", type.Name());
	}
	const LogicalType child_type = type.Child();
	validity = duckdb_vector_get_validity(vector);
	duckdb_vector child;
	idx_t items;
	if (type.Id() == DUCKDB_TYPE_ARRAY) {
		array_size = duckdb_array_type_array_size(type.Get());
		child = duckdb_array_vector_get_child(vector);
		items = array_size * count;
	} else {
		entries = static_cast<const duckdb_list_entry *>(duckdb_vector_get_data(vector));
		child = duckdb_list_vector_get_child(vector);
		items = ItemsReached(entries, validity, count);
	}
	if (child_type.Id() == DUCKDB_TYPE_SQLNULL) {
		// `[]` and `[NULL]`: told apart when a row is read.
		return;
	}
	if (!NumberReader::Takes(child_type)) {
		throw Expected("an embedding of type FLOAT[]", type.Name());
	}
	numbers.reset(new NumberReader(child, child_type, items));
}

const float *EmbeddingColumn::Row(idx_t row) const {
	const idx_t d = Dimensions(row);
	if (d == 0) {
		throw Expected("at least 1 dimension", "0");
	}
	const idx_t offset = Offset(row);
	if (!numbers) {
		throw Expected("numbers", "NULL at position 1");
	}
	if (numbers->MayHaveNulls()) {
		for (idx_t c = 0; c < d; c++) {
			if (numbers->IsNull(offset + c)) {
				throw Expected("numbers", "NULL at position " + std::to_string(c + 1));
			}
		}
	}
	const float *components = numbers->Data() + offset;
	CheckFinite(components, d);
	return components;
}

const float *EmbeddingColumn::Row(idx_t row, idx_t d) const {
	if (Dimensions(row) != d) {
		throw Expected(std::to_string(d) + (d == 1 ? " dimension" : " dimensions"), std::to_string(Dimensions(row)));
	}
	return Row(row);
}

} // namespace ducktopics
