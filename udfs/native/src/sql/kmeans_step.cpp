#include "../duckdb/centroid_column.hpp"
#include "../duckdb/embedding_column.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <cstring>

namespace ducktopics {

namespace {

struct KMeansStep : AggregateObject<KMeansStep> {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "kmeans_step",
	    FunctionKind::AGGREGATE,
	    "embedding, centroids",
	    "STRUCT(centroids FLOAT[][], sizes BIGINT[], objective DOUBLE)",
	    "Runs one exact Lloyd pass over every row: assigns it to its nearest centroid and averages. "
	    "centroids holds the k new centroids, sizes the rows that each old one was nearest to, objective the sum of "
	    "the "
	    "squared distances to the old ones. A centroid without rows stays where it was. Sums are in double precision "
	    "and "
	    "take k x d of memory in each thread, whatever the number of rows. centroids is one list for all rows of a "
	    "group. NULL embeddings are skipped. Errors: no rows, an embedding of another dimension than the centroids, "
	    "NaN "
	    "or infinity.",
	    "SELECT kmeans_step(embedding, [[0.0, 0.0], [1.0, 1.0]]).sizes AS sizes FROM synthetic_embeddings(1000, 2)"};

	static void Update(duckdb_data_chunk input, KMeansStep **states, idx_t count);
	void Combine(const KMeansStep &source);
	void Finalize(duckdb_vector result, idx_t row);

private:
	void SetCentroids(const float *set_centroids, idx_t set_k, idx_t set_d);
	void Add(const float *embedding, int32_t nearest, float distance);

	idx_t k = 0;
	idx_t d = 0;
	std::vector<float> centroids;
	std::vector<double> sums;
	std::vector<int64_t> sizes;
	double objective = 0;
};

constexpr FunctionDocumentation KMeansStep::DOCUMENTATION;

void KMeansStep::Update(duckdb_data_chunk input, KMeansStep **states, idx_t count) {
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	const CentroidColumn centroids(duckdb_data_chunk_get_vector(input, 1), count);
	std::vector<const float *> rows;
	std::vector<idx_t> places;
	std::vector<int32_t> nearest;
	for (idx_t begin = 0, end; begin < count; begin = end) {
		end = centroids.EndOfRun(begin);
		if (centroids.IsNull(begin)) {
			throw Expected("centroids", "NULL");
		}
		const CentroidSet &set = centroids.Set(begin);
		rows.clear();
		places.clear();
		for (idx_t i = begin; i < end; i++) {
			if (!embeddings.IsNull(i)) {
				rows.push_back(embeddings.Row(i, set.Dimensions()));
				places.push_back(i);
			}
		}
		nearest.resize(rows.size());
		set.Nearest(rows.data(), rows.size(), nearest.data());
		const KMeansStep *checked = nullptr;
		for (size_t i = 0; i < rows.size(); i++) {
			KMeansStep *state = states[places[i]];
			if (state != checked) {
				state->SetCentroids(set.Centroid(0), set.Count(), set.Dimensions());
				checked = state;
			}
			state->Add(rows[i], nearest[i], set.SquaredDistance(rows[i], nearest[i]));
		}
	}
}

void KMeansStep::SetCentroids(const float *set_centroids, idx_t set_k, idx_t set_d) {
	if (centroids.empty()) {
		k = set_k;
		d = set_d;
		centroids.assign(set_centroids, set_centroids + k * d);
		sums.assign(k * d, 0);
		sizes.assign(k, 0);
		return;
	}
	if (set_k != k || set_d != d || std::memcmp(set_centroids, centroids.data(), sizeof(float) * k * d) != 0) {
		throw Expected("one list of centroids for all rows of a group", "several");
	}
}

void KMeansStep::Add(const float *embedding, int32_t nearest, float distance) {
	SelectKernel().accumulate(sums.data() + nearest * d, embedding, uint32_t(d));
	sizes[nearest]++;
	objective += distance;
}

void KMeansStep::Combine(const KMeansStep &source) {
	if (source.centroids.empty()) {
		return;
	}
	SetCentroids(source.centroids.data(), source.k, source.d);
	for (idx_t i = 0; i < k * d; i++) {
		sums[i] += source.sums[i];
	}
	for (idx_t j = 0; j < k; j++) {
		sizes[j] += source.sizes[j];
	}
	objective += source.objective;
}

void KMeansStep::Finalize(duckdb_vector result, idx_t row) {
	if (centroids.empty()) {
		throw Expected("at least 1 row", "0");
	}
	for (idx_t j = 0; j < k; j++) {
		for (idx_t c = 0; c < d && sizes[j] > 0; c++) {
			centroids[j * d + c] = float(sums[j * d + c] / double(sizes[j]));
		}
	}
	WriteCentroids(duckdb_struct_vector_get_child(result, 0), row, centroids.data(), k, d);
	WriteList<int64_t>(duckdb_struct_vector_get_child(result, 1), row, sizes.data(), k);
	static_cast<double *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(result, 2)))[row] = objective;
}

} // namespace

void RegisterKMeansStep(duckdb_connection connection) {
	const LogicalType number(DUCKDB_TYPE_FLOAT);
	const LogicalType embedding = LogicalType::ListOf(number);
	const LogicalType centroids = LogicalType::ListOf(embedding);
	const LogicalType size(DUCKDB_TYPE_BIGINT);
	const LogicalType sizes = LogicalType::ListOf(size);
	const LogicalType objective(DUCKDB_TYPE_DOUBLE);
	RegisterAggregate<KMeansStep>(
	    connection, {DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY}, 2,
	    LogicalType::StructOf({{"centroids", &centroids}, {"sizes", &sizes}, {"objective", &objective}}));
}

} // namespace ducktopics
