#include "../duckdb/centroid_column.hpp"
#include "../duckdb/embedding_column.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

namespace ducktopics {

namespace {

constexpr FunctionDocumentation DOCUMENTATION {
    "nearest_centroid_index",
    FunctionKind::SCALAR,
    "embedding, centroids",
    "INTEGER",
    "Returns the 0-based position of the centroid nearest to the embedding, by L2 distance. "
    "The search is exact; of centroids at the same distance the first is taken. NULL embedding or centroids: NULL. "
    "Errors: an embedding of another dimension than the centroids, ragged or no centroids, NaN or infinity.",
    "SELECT nearest_centroid_index([0.9, 1.2], [[0.0, 0.0], [1.0, 1.0]]) AS position"};
DUCKTOPICS_DOCUMENTED(DOCUMENTATION);

void NearestCentroidIndex(duckdb_data_chunk input, duckdb_vector output) {
	const idx_t count = duckdb_data_chunk_get_size(input);
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	const CentroidColumn centroids(duckdb_data_chunk_get_vector(input, 1), count);
	int32_t *result = static_cast<int32_t *>(duckdb_vector_get_data(output));
	std::vector<const float *> rows;
	std::vector<idx_t> places;
	std::vector<int32_t> nearest;
	for (idx_t begin = 0, end; begin < count; begin = end) {
		end = centroids.EndOfRun(begin);
		const CentroidSet *set = centroids.IsNull(begin) ? nullptr : &centroids.Set(begin);
		rows.clear();
		places.clear();
		for (idx_t i = begin; i < end; i++) {
			if (!set || embeddings.IsNull(i)) {
				SetNull(output, i);
				continue;
			}
			rows.push_back(embeddings.Row(i, set->Dimensions()));
			places.push_back(i);
		}
		if (rows.empty()) {
			continue;
		}
		nearest.resize(rows.size());
		set->Nearest(rows.data(), rows.size(), nearest.data());
		for (size_t i = 0; i < rows.size(); i++) {
			result[places[i]] = nearest[i];
		}
	}
}

} // namespace

void RegisterNearestCentroidIndex(duckdb_connection connection) {
	RegisterScalar(connection, {DOCUMENTATION,
	                            "nearest_centroid",
	                            NearestCentroidIndex,
	                            {DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY},
	                            LogicalType(DUCKDB_TYPE_INTEGER)});
}

} // namespace ducktopics
