#include "../duckdb/embedding_output.hpp"
#include "../duckdb/table_function.hpp"
#include "../files/local_path.hpp"
#include "../files/npy_file.hpp"
#include "../files/vector_files.hpp"
#include "../registration.hpp"

namespace ducktopics {

namespace {

struct ReadNpy {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "read_npy",
	    FunctionKind::TABLE,
	    "path",
	    "(id BIGINT, embedding FLOAT[d])",
	    "Reads the matrix of a NumPy file as one embedding a row. "
	    "FROM 'vectors.npy' is short for it. id is the row's number in the matrix, from 0. path is a file, a pattern "
	    "such as 'shard-*.npy', or a list of them; the ids then run on from file to file, the files of a pattern in "
	    "the order of their names (so 10 before 2). Takes matrices in C order of dtype <f4, <f8 or <f2 with 1 to "
	    "99999 columns; <f8 is rounded to FLOAT. The file is read a chunk of rows at a time by all threads, and not "
	    "at all where only id is asked for. Errors: a file that is missing, is no .npy file, has another shape or "
	    "dtype, has more or fewer bytes than its header says, or changes while it is read; files of different "
	    "dimensions.",
	    "SELECT id, embedding FROM read_npy('tiny.npy')"};

	explicit ReadNpy(TableBind &bind);

	class Scan {
	public:
		Scan(const ReadNpy &table, const ProjectedColumns &columns)
		    : columns(columns), claims(table.files.Rows()), reader(table.files) {
		}
		idx_t MaxThreads() const {
			return claims.MaxThreads();
		}
		idx_t Produce(duckdb_data_chunk output);

	private:
		const ProjectedColumns &columns;
		RowClaims claims;
		VectorReader reader;
	};

private:
	VectorFiles files;
};

constexpr FunctionDocumentation ReadNpy::DOCUMENTATION;

ReadNpy::ReadNpy(TableBind &bind) {
	for (const std::string &path : ListFiles(bind.Positional(0, "a path").Texts())) {
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
	bind.AddColumn("id", LogicalType(DUCKDB_TYPE_BIGINT));
	bind.AddColumn("embedding", LogicalType::ArrayOf(LogicalType(DUCKDB_TYPE_FLOAT), files.Dimensions()));
	bind.SetRowCount(files.Rows());
}

idx_t ReadNpy::Scan::Produce(duckdb_data_chunk output) {
	uint64_t first;
	const uint64_t count = claims.Claim(duckdb_vector_size(), first);
	if (const duckdb_vector ids = columns.Find(output, 0)) {
		WriteRowNumbers(ids, first, count);
	}
	if (const duckdb_vector embeddings = columns.Find(output, 1)) {
		reader.Read(first, count, ArrayNumbers(embeddings));
	}
	return count;
}

} // namespace

void RegisterReadNpy(duckdb_connection connection) {
	RegisterTable<ReadNpy>(connection, {DUCKDB_TYPE_ANY});
}

} // namespace ducktopics
