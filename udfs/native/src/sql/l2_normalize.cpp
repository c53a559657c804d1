#include "../duckdb/embedding_column.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <cmath>

namespace ducktopics {

namespace {

constexpr FunctionDocumentation DOCUMENTATION {"l2_normalize",
                                               FunctionKind::SCALAR,
                                               "embedding",
                                               "FLOAT[]",
                                               "Scales an embedding to length 1. "
                                               "k-means over normalised embeddings groups by cosine similarity. NULL: "
                                               "NULL. Errors: an embedding of zeros (it has no "
                                               "direction), NaN or infinity.",
                                               "SELECT l2_normalize([3.0, 4.0]) AS unit"};
DUCKTOPICS_DOCUMENTED(DOCUMENTATION);

void L2Normalize(duckdb_data_chunk input, duckdb_vector output) {
	const idx_t count = duckdb_data_chunk_get_size(input);
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	std::vector<double> unit;
	for (idx_t i = 0; i < count; i++) {
		if (embeddings.IsNull(i)) {
			SetNullList(output, i);
			continue;
		}
		const float *row = embeddings.Row(i);
		unit.assign(row, row + embeddings.Dimensions(i));
		double squared_norm = 0;
		for (const double component : unit) {
			squared_norm += component * component;
		}
		if (squared_norm == 0) {
			throw Expected("an embedding with a component other than 0", "zeros");
		}
		const double scale = 1 / std::sqrt(squared_norm);
		for (double &component : unit) {
			component *= scale;
		}
		WriteList<float>(output, i, unit.data(), unit.size());
	}
}

} // namespace

void RegisterL2Normalize(duckdb_connection connection) {
	const LogicalType number(DUCKDB_TYPE_FLOAT);
	RegisterScalar(connection,
	               {DOCUMENTATION, "l2_normalize", L2Normalize, {DUCKDB_TYPE_ANY}, LogicalType::ListOf(number)});
}

} // namespace ducktopics
