#include "../duckdb/embedding_column.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../kernels/nearest_kernel.hpp"
#include "../registration.hpp"

namespace ducktopics {

namespace {

struct VectorMean : AggregateObject<VectorMean> {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "vector_mean",
	    FunctionKind::AGGREGATE,
	    "embedding",
	    "FLOAT[]",
	    "Returns the mean of the embeddings, component by component. "
	    "Sums are in double precision. NULL embeddings are skipped; NULL where there is no row. Errors: embeddings of "
	    "several dimensions, NaN or infinity.",
	    "SELECT vector_mean(v) AS mean FROM (VALUES ([1.0, 2.0]), ([3.0, 6.0])) t(v)"};

	static void Update(duckdb_data_chunk input, VectorMean **states, idx_t count);
	void Combine(const VectorMean &source);
	void Finalize(duckdb_vector result, idx_t row);

private:
	void CheckDimensions(idx_t d);

	int64_t rows = 0;
	std::vector<double> sum;
};

constexpr FunctionDocumentation VectorMean::DOCUMENTATION;

void VectorMean::Update(duckdb_data_chunk input, VectorMean **states, idx_t count) {
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	for (idx_t i = 0; i < count; i++) {
		if (embeddings.IsNull(i)) {
			continue;
		}
		const float *row = embeddings.Row(i);
		states[i]->CheckDimensions(embeddings.Dimensions(i));
		SelectKernel().accumulate(states[i]->sum.data(), row, uint32_t(embeddings.Dimensions(i)));
		states[i]->rows++;
	}
}

void VectorMean::CheckDimensions(idx_t d) {
	if (rows == 0) {
		sum.assign(d, 0);
	}
	if (sum.size() != d) {
		throw Expected(std::to_string(sum.size()) + " dimensions", std::to_string(d));
	}
}

void VectorMean::Combine(const VectorMean &source) {
	if (source.rows == 0) {
		return;
	}
	CheckDimensions(source.sum.size());
	for (size_t c = 0; c < sum.size(); c++) {
		sum[c] += source.sum[c];
	}
	rows += source.rows;
}

void VectorMean::Finalize(duckdb_vector result, idx_t row) {
	if (rows == 0) {
		return SetNullList(result, row);
	}
	for (double &component : sum) {
		component /= double(rows);
	}
	WriteList<float>(result, row, sum.data(), sum.size());
}

} // namespace

void RegisterVectorMean(duckdb_connection connection) {
	const LogicalType number(DUCKDB_TYPE_FLOAT);
	RegisterAggregate<VectorMean>(connection, {DUCKDB_TYPE_ANY}, 1, LogicalType::ListOf(number));
}

} // namespace ducktopics
