#include "../duckdb/embedding_output.hpp"
#include "../duckdb/table_function.hpp"
#include "../random/gaussian_mixture.hpp"
#include "../registration.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

//! Numbers in the table of centres: 1 GB.
constexpr int64_t MOST_CENTRE_NUMBERS = int64_t(1) << 28;

struct SyntheticEmbeddings {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "synthetic_embeddings",
	    FunctionKind::TABLE,
	    "n, d, clusters := 0, seed := 1234",
	    "(id BIGINT, embedding FLOAT[d])",
	    "Makes n random embeddings of d dimensions, the same ones whenever n, d, clusters and seed are the same. "
	    "id runs from 0. With clusters = 0 every component is uniform in [0, 1), like numpy.random.rand. Otherwise "
	    "the rows are a mixture of that many Gaussian clusters: noise of standard deviation 1 around centres whose "
	    "components are normal with standard deviation 8 / sqrt(2 d) * clusters^(1/d), so that centres are about 8 "
	    "deviations apart; the weight of cluster j, from 0, is in proportion to 1 / sqrt(j + 1). Every number "
	    "depends on seed, id and its place in the row alone (SplitMix64, ziggurat): a larger n adds rows and changes "
	    "none, and the number of threads does not matter. Errors: n < 0, d outside 1 to 99999, clusters < 0, "
	    "clusters x d above 268435456, NULL.",
	    "SELECT id, embedding FROM synthetic_embeddings(2, 3, clusters := 5)"};

	explicit SyntheticEmbeddings(TableBind &bind);

	class Scan {
	public:
		Scan(const SyntheticEmbeddings &table, const ProjectedColumns &columns)
		    : table(table), columns(columns), claims(table.n) {
			if (table.clusters > 0) {
				mixture.reset(new GaussianMixture(table.clusters, table.d, table.seed));
			}
		}
		idx_t MaxThreads() const {
			return claims.MaxThreads();
		}
		idx_t Produce(duckdb_data_chunk output);

	private:
		const SyntheticEmbeddings &table;
		const ProjectedColumns &columns;
		RowClaims claims;
		std::unique_ptr<GaussianMixture> mixture;
	};

private:
	void UniformRow(uint64_t id, float *target) const;

	uint64_t n;
	uint64_t d;
	uint64_t clusters;
	uint64_t seed;
};

constexpr FunctionDocumentation SyntheticEmbeddings::DOCUMENTATION;

SyntheticEmbeddings::SyntheticEmbeddings(TableBind &bind) {
	n = uint64_t(bind.Positional(0, "n").Integer(0));
	d = uint64_t(bind.Positional(1, "d").Integer(1, LARGEST_ARRAY));
	clusters = uint64_t(bind.Named("clusters").IntegerOr(0, 0, MOST_CENTRE_NUMBERS / int64_t(d)));
	seed = uint64_t(bind.Named("seed").IntegerOr(1234));
	bind.AddColumn("id", LogicalType(DUCKDB_TYPE_BIGINT));
	bind.AddColumn("embedding", LogicalType::ArrayOf(LogicalType(DUCKDB_TYPE_FLOAT), d));
	bind.SetRowCount(n);
}

void SyntheticEmbeddings::UniformRow(uint64_t id, float *target) const {
	const RandomStream stream(seed, id);
	for (uint64_t pair = 0; pair < d / 2; pair++) {
		const uint64_t word = stream.Word(pair);
		target[2 * pair] = UpperUniform(word);
		target[2 * pair + 1] = LowerUniform(word);
	}
	if (d % 2 == 1) {
		target[d - 1] = UpperUniform(stream.Word(d / 2));
	}
}

idx_t SyntheticEmbeddings::Scan::Produce(duckdb_data_chunk output) {
	uint64_t first;
	const uint64_t count = claims.Claim(duckdb_vector_size(), first);
	if (const duckdb_vector ids = columns.Find(output, 0)) {
		WriteRowNumbers(ids, first, count);
	}
	if (const duckdb_vector embeddings = columns.Find(output, 1)) {
		float *target = ArrayNumbers(embeddings);
		for (uint64_t i = 0; i < count; i++, target += table.d) {
			if (mixture) {
				mixture->Row(first + i, target);
			} else {
				table.UniformRow(first + i, target);
			}
		}
	}
	return count;
}

} // namespace

void RegisterSyntheticEmbeddings(duckdb_connection connection) {
	RegisterTable<SyntheticEmbeddings>(connection, {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT},
	                                   {{"clusters", DUCKDB_TYPE_BIGINT}, {"seed", DUCKDB_TYPE_BIGINT}});
}

} // namespace ducktopics
