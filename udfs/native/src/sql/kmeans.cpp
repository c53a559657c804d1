#include "../duckdb/arguments.hpp"
#include "../duckdb/embedding_column.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"
#include "../training/train_kmeans.hpp"

namespace ducktopics {

namespace {

struct KMeans : AggregateObject<KMeans> {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "kmeans",
	    FunctionKind::AGGREGATE,
	    "embedding, k, niter := 20, seed := 1234, max_points_per_centroid := 256, init := 'kmeans++'",
	    "FLOAT[][]",
	    "Trains k centroids with FAISS' k-means on a uniform sample of the distinct embeddings. "
	    "The sample holds up to k * max_points_per_centroid of them, each weighted by the number of its rows. It is "
	    "lowered "
	    "(not below 39 for each centroid) where it would take more than 1 GiB; each thread and each group holds one, "
	    "and up to an eighth more, until training has ended, which from k = 256 on copies up to 16 embeddings for each "
	    "centroid. "
	    "The same rows and seed give the same centroids, bit for bit, whatever the order of the rows and "
	    "the "
	    "number of threads. Iterations end early when no assignment changes. init is 'kmeans++' (from k = 256 on "
	    "within cells of a coarse k-means, which takes about an iteration) or 'random'. Works with "
	    "GROUP BY: one model for each group. NULL embeddings are skipped. Arguments after embedding are constant "
	    "within a "
	    "group. An interrupt takes effect when training has ended. Errors: fewer rows (or distinct embeddings) than k, "
	    "embeddings of several dimensions, NaN or infinity, OVER or ORDER BY in the call.",
	    "SELECT len(kmeans(embedding, 3)) AS k FROM synthetic_embeddings(1000, 8)"};

	static void Update(duckdb_data_chunk input, KMeans **states, idx_t count);
	void Combine(const KMeans &source);
	void Finalize(duckdb_vector result, idx_t row);

private:
	void SetOptions(const KMeansOptions &row_options);
	Sample &SampleOf(idx_t d);

	std::unique_ptr<KMeansOptions> options;
	std::unique_ptr<Sample> sample;
};

constexpr FunctionDocumentation KMeans::DOCUMENTATION;

Initialisation InitialisationOf(const TextColumn &column, idx_t row) {
	const std::string name = column.IsNull(row) ? "NULL" : column.Get(row);
	if (name == "kmeans++") {
		return Initialisation::KMEANS_PLUS_PLUS;
	}
	if (name == "random") {
		return Initialisation::RANDOM;
	}
	throw Expected("init 'kmeans++' or 'random'", "'" + name + "'");
}

//! Reads the arguments after the embedding.
class OptionColumns {
public:
	explicit OptionColumns(duckdb_data_chunk input) : input(input), given(duckdb_data_chunk_get_column_count(input)) {
	}

	KMeansOptions Get(idx_t row) const {
		KMeansOptions options;
		options.k = Integer(1).AtLeast(row, 1, "k");
		if (options.k > INT32_MAX) {
			throw Expected("k <= 2147483647", std::to_string(options.k));
		}
		if (given > 2) {
			options.niter = Integer(2).AtLeast(row, 1, "niter");
			if (options.niter > 10000) {
				throw Expected("niter <= 10000", std::to_string(options.niter));
			}
		}
		if (given > 3) {
			if (Integer(3).IsNull(row)) {
				throw Expected("a seed", "NULL");
			}
			options.seed = uint64_t(Integer(3).Get(row));
		}
		if (given > 4) {
			options.max_points_per_centroid = Integer(4).AtLeast(row, 1, "max_points_per_centroid");
		}
		if (given > 5) {
			options.initialisation = InitialisationOf(TextColumn(duckdb_data_chunk_get_vector(input, 5)), row);
		}
		return options;
	}

private:
	IntegerColumn Integer(idx_t column) const {
		return IntegerColumn(duckdb_data_chunk_get_vector(input, column));
	}

	duckdb_data_chunk input;
	idx_t given;
};

void KMeans::Update(duckdb_data_chunk input, KMeans **states, idx_t count) {
	const EmbeddingColumn embeddings(duckdb_data_chunk_get_vector(input, 0), count);
	const OptionColumns options(input);
	for (idx_t i = 0; i < count; i++) {
		states[i]->SetOptions(options.Get(i));
		if (embeddings.IsNull(i)) {
			continue;
		}
		const float *row = embeddings.Row(i);
		states[i]->SampleOf(embeddings.Dimensions(i)).Add(row);
	}
}

void KMeans::SetOptions(const KMeansOptions &row_options) {
	if (!options) {
		options.reset(new KMeansOptions(row_options));
		return;
	}
	if (row_options.k != options->k) {
		throw Expected("one k for all rows of a group",
		               std::to_string(options->k) + " and " + std::to_string(row_options.k));
	}
	if (row_options.niter != options->niter || row_options.seed != options->seed ||
	    row_options.max_points_per_centroid != options->max_points_per_centroid ||
	    row_options.initialisation != options->initialisation) {
		throw Expected("one niter, seed, max_points_per_centroid and init for all rows of a group", "several");
	}
}

//! The sample of the state, made with the first row, checked to be of d components.
Sample &KMeans::SampleOf(idx_t d) {
	if (!sample) {
		sample.reset(new Sample(SampleCapacity(*options, uint32_t(d)), uint32_t(d), options->seed));
	}
	if (sample->Dimensions() != d) {
		throw Expected(std::to_string(sample->Dimensions()) + " dimensions", std::to_string(d));
	}
	return *sample;
}

void KMeans::Combine(const KMeans &source) {
	if (source.options) {
		SetOptions(*source.options);
	}
	if (source.sample) {
		SampleOf(source.sample->Dimensions()).Merge(*source.sample);
	}
}

void KMeans::Finalize(duckdb_vector result, idx_t row) {
	if (!sample) {
		throw Expected(options ? "at least k = " + std::to_string(options->k) + " rows" : "at least 1 row", "0");
	}
	const std::vector<float> centroids = TrainKMeans(*sample, *options);
	WriteCentroids(result, row, centroids.data(), options->k, sample->Dimensions());
	sample.reset();
}

} // namespace

void RegisterKMeans(duckdb_connection connection) {
	const LogicalType number(DUCKDB_TYPE_FLOAT);
	const LogicalType embedding = LogicalType::ListOf(number);
	RegisterAggregate<KMeans>(connection,
	                          {DUCKDB_TYPE_ANY, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT,
	                           DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_VARCHAR},
	                          2, LogicalType::ListOf(embedding));
}

} // namespace ducktopics
