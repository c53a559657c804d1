#include "../duckdb/embedding_output.hpp"
#include "../duckdb/table_function.hpp"
#include "../files/local_path.hpp"
#include "../files/npy_file.hpp"
#include "../files/row_blocks.hpp"
#include "../files/vector_files.hpp"
#include "../registration.hpp"
#include "../training/train_kmeans.hpp"

namespace ducktopics {

namespace {

//! The matrices of one or more NumPy files, or a sample of their rows, as a table.
class NpyTable {
public:
	class Scan {
	public:
		Scan(const NpyTable &table, const ProjectedColumns &columns)
		    : table(table), columns(columns), claims(table.sample->Count()),
		      reader(table.files, table.IsSampled() ? ReadOrder::RANDOM : ReadOrder::SEQUENTIAL) {
		}
		idx_t MaxThreads() const {
			return claims.MaxThreads();
		}
		idx_t Produce(duckdb_data_chunk output);

	private:
		const NpyTable &table;
		const ProjectedColumns &columns;
		RowClaims claims;
		VectorReader reader;
	};

protected:
	explicit NpyTable(const std::vector<std::string> &paths);

	uint64_t Dimensions() const {
		return files.Dimensions();
	}
	void SetSample(uint64_t wanted, uint64_t seed) {
		sample.reset(new RowBlocks(files.Rows(), wanted, sizeof(float) * Dimensions(), seed));
	}
	void Declare(TableBind &bind) const;

private:
	bool IsSampled() const {
		return sample->Count() < files.Rows();
	}

	VectorFiles files;
	//! The rows that are read.
	std::unique_ptr<RowBlocks> sample;
};

NpyTable::NpyTable(const std::vector<std::string> &paths) {
	for (const std::string &path : ListFiles(paths)) {
		NamingFile(path, [&]() {
			const InputFile file(path);
			const StoredVectors vectors = ReadNpyHeader(file);
			if (vectors.d < 1 || vectors.d > LARGEST_ARRAY) {
				throw Expected("1 to " + std::to_string(LARGEST_ARRAY) + " columns", std::to_string(vectors.d));
			}
			files.Add(path, file, vectors);
			if (vectors.d != files.Dimensions()) {
				throw Expected(std::to_string(files.Dimensions()) + " columns as in the first file",
				               std::to_string(vectors.d));
			}
		});
	}
	sample.reset(new RowBlocks(files.Rows()));
}

void NpyTable::Declare(TableBind &bind) const {
	bind.AddColumn("id", LogicalType(DUCKDB_TYPE_BIGINT));
	bind.AddColumn("embedding", LogicalType::ArrayOf(LogicalType(DUCKDB_TYPE_FLOAT), Dimensions()));
	bind.SetRowCount(sample->Count());
}

idx_t NpyTable::Scan::Produce(duckdb_data_chunk output) {
	uint64_t position;
	const uint64_t count = claims.Claim(duckdb_vector_size(), position);
	const duckdb_vector ids = columns.Find(output, 0);
	const duckdb_vector embeddings = columns.Find(output, 1);
	uint64_t done = 0;
	for (const RowBlocks::Piece &piece : table.sample->Find(position, count)) {
		if (ids) {
			WriteRowNumbers(ids, piece.first, piece.count, done);
		}
		if (embeddings) {
			reader.Read(piece.first, piece.count, ArrayNumbers(embeddings) + done * table.Dimensions());
		}
		done += piece.count;
	}
	return count;
}

struct ReadNpy : NpyTable {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "read_npy",
	    FunctionKind::TABLE,
	    "path, sample_rows := NULL, seed := 1234",
	    "(id BIGINT, embedding FLOAT[d])",
	    "Reads the matrix of a NumPy file as one embedding a row. "
	    "FROM 'vectors.npy' is short for it. id is the row's number in the matrix, from 0. path is a file, a pattern "
	    "such as 'shard-*.npy', or a list of them; the ids then run on from file to file, the files of a pattern in "
	    "the order of their names (so 10 before 2). Takes matrices in C order of dtype <f4, <f8 or <f2 with 1 to "
	    "99999 columns; <f8 is rounded to FLOAT. The file is read a chunk of rows at a time by all threads, and not "
	    "at all where only id is asked for. With sample_rows it reads only so many rows, rounded up to whole "
	    "blocks: neighbouring rows of 16 KB together, at random places, the same ones for the same seed. A row is as "
	    "likely as any other, but neighbours come together: where the order of the rows has a meaning, such samples "
	    "differ more than those of single rows. Errors: a file that is missing, is no .npy file, has another shape or "
	    "dtype, has more or fewer bytes than its header says, or changes while it is read; files of different "
	    "dimensions; sample_rows < 1.",
	    "SELECT id, embedding FROM read_npy('tiny.npy')"};

	explicit ReadNpy(TableBind &bind) : NpyTable(bind.Positional(0, "a path").Texts()) {
		const int64_t wanted = bind.Named("sample_rows").IntegerUnlessNull(INT64_MAX, 1);
		SetSample(uint64_t(wanted), uint64_t(bind.Named("seed").IntegerOr(1234)));
		Declare(bind);
	}
};

constexpr FunctionDocumentation ReadNpy::DOCUMENTATION;

//! What kmeans_train(..., sample := 'blocks') reads of a NumPy file: as many rows as kmeans keeps.
struct ReadNpySample : NpyTable {
	static constexpr FunctionDocumentation DOCUMENTATION {"_read_npy_sample",
	                                                      FunctionKind::TABLE,
	                                                      "path, k, max_points_per_centroid, seed",
	                                                      "(id BIGINT, embedding FLOAT[d])",
	                                                      "Reads what kmeans keeps of a NumPy file.",
	                                                      "FROM _read_npy_sample('tiny.npy', 1, 256, 1234)"};

	explicit ReadNpySample(TableBind &bind) : NpyTable(bind.Positional(0, "a path").Texts()) {
		KMeansOptions options;
		options.k = uint64_t(bind.Positional(1, "k").Integer(1, INT32_MAX));
		options.max_points_per_centroid = uint64_t(bind.Positional(2, "max_points_per_centroid").Integer(1));
		SetSample(SampleCapacity(options, uint32_t(Dimensions())), uint64_t(bind.Positional(3, "seed").Integer()));
		Declare(bind);
	}
};

constexpr FunctionDocumentation ReadNpySample::DOCUMENTATION;

} // namespace

void RegisterReadNpy(duckdb_connection connection) {
	RegisterTable<ReadNpy>(connection, {DUCKDB_TYPE_ANY},
	                       {{"sample_rows", DUCKDB_TYPE_BIGINT}, {"seed", DUCKDB_TYPE_BIGINT}});
	RegisterTable<ReadNpySample>(connection,
	                             {DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT});
}

} // namespace ducktopics
