#include "../duckdb/arguments.hpp"
#include "../duckdb/centroid_column.hpp"
#include "../duckdb/embedding_column.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

constexpr FunctionDocumentation DOCUMENTATION {
    "nearest_centroid_list",
    FunctionKind::SCALAR,
    "embedding, centroids, n",
    "STRUCT(index INTEGER, distance FLOAT)[]",
    "Returns the n nearest centroids of the embedding, nearest first, with their squared L2 distances. "
    "index is the 0-based position in centroids. The list is shorter where there are fewer than n centroids. The first "
    "item is what nearest_centroid_index gives. NULL embedding, centroids or n: NULL. Errors: n < 1, an embedding of "
    "another dimension than the centroids, ragged or no centroids, NaN or infinity.",
    "SELECT nearest_centroid_list([0.9, 1.2], [[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]], 2) AS nearest"};
DUCKTOPICS_DOCUMENTED(DOCUMENTATION);

//! Results that are looked for at a time, so that long lists of many rows need little memory beside the result.
constexpr size_t RESULTS_AT_ONCE = 1 << 20;

//! Rows that go to the kernel together: those with the same centroids.
struct Batch {
	std::vector<const float *> rows;
	std::vector<idx_t> places;
	std::vector<idx_t> wanted;
	std::vector<int32_t> nearest;

	void Clear() {
		rows.clear();
		places.clear();
		wanted.clear();
	}
	void Write(const CentroidSet &set, duckdb_vector output);
};

void Batch::Write(const CentroidSet &set, duckdb_vector output) {
	if (rows.empty()) {
		return;
	}
	const idx_t most = *std::max_element(wanted.begin(), wanted.end());
	idx_t items = duckdb_list_vector_get_size(output);
	for (const idx_t n : wanted) {
		items += n;
	}
	if (duckdb_list_vector_reserve(output, items) != DuckDBSuccess) {
		throw InvalidInput("no memory for " + std::to_string(items) + " results");
	}
	const duckdb_vector item = duckdb_list_vector_get_child(output);
	int32_t *index = static_cast<int32_t *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(item, 0)));
	float *distance = static_cast<float *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(item, 1)));
	const size_t slice = std::max<size_t>(1, RESULTS_AT_ONCE / most);
	for (size_t begin = 0; begin < rows.size(); begin += slice) {
		const size_t end = std::min(rows.size(), begin + slice);
		nearest.resize((end - begin) * most);
		set.NearestList(rows.data() + begin, end - begin, uint32_t(most), nearest.data());
		for (size_t i = begin; i < end; i++) {
			const idx_t first = AppendList(output, places[i], wanted[i]);
			for (idx_t j = 0; j < wanted[i]; j++) {
				const int32_t found = nearest[(i - begin) * most + j];
				index[first + j] = found;
				distance[first + j] = set.SquaredDistance(rows[i], found);
			}
		}
	}
}

void NearestCentroidList(duckdb_data_chunk input, duckdb_vector output) {
	const idx_t count = duckdb_data_chunk_get_size(input);
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	const CentroidColumn centroids(duckdb_data_chunk_get_vector(input, 1), count);
	const IntegerColumn n(duckdb_data_chunk_get_vector(input, 2));
	Batch batch;
	for (idx_t begin = 0, end; begin < count; begin = end) {
		end = centroids.EndOfRun(begin);
		const CentroidSet *set = centroids.IsNull(begin) ? nullptr : &centroids.Set(begin);
		batch.Clear();
		for (idx_t i = begin; i < end; i++) {
			if (!set || embeddings.IsNull(i) || n.IsNull(i)) {
				SetNullList(output, i);
				continue;
			}
			batch.rows.push_back(embeddings.Row(i, set->Dimensions()));
			batch.places.push_back(i);
			batch.wanted.push_back(std::min<idx_t>(n.AtLeast(i, 1, "n"), set->Count()));
		}
		if (set) {
			batch.Write(*set, output);
		}
	}
}

} // namespace

void RegisterNearestCentroidList(duckdb_connection connection) {
	const LogicalType index(DUCKDB_TYPE_INTEGER);
	const LogicalType distance(DUCKDB_TYPE_FLOAT);
	const LogicalType item = LogicalType::StructOf({{"index", &index}, {"distance", &distance}});
	RegisterScalar(connection, {DOCUMENTATION,
	                            "nearest_centroids",
	                            NearestCentroidList,
	                            {DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY, DUCKDB_TYPE_BIGINT},
	                            LogicalType::ListOf(item)});
}

} // namespace ducktopics
