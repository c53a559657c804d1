#include "../duckdb/embedding_output.hpp"
#include "../duckdb/table_function.hpp"
#include "../files/faiss_file.hpp"
#include "../files/local_path.hpp"
#include "../files/vector_files.hpp"
#include "../registration.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

//! Numbers that a chunk holds at most: 8 MB, unless one row is larger.
constexpr uint64_t MOST_NUMBERS = 1 << 21;

struct ReadFaiss {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "read_faiss",
	    FunctionKind::TABLE,
	    "path",
	    "(cluster_id BIGINT, centroid FLOAT[])",
	    "Reads the vectors of a FAISS index file as a model. "
	    "FROM 'topics.faiss' is short for it. cluster_id is the id that an IDMap gives the vector, or its position, "
	    "from 0. Takes what keeps vectors whole: IndexFlatL2, IndexFlatIP, HNSW over Flat, an IDMap or IDMap2 over "
	    "one of these, and of an IVF index the centroids of its lists. path is one local file. The file is read a "
	    "chunk of rows at a time, so an index of any size takes little memory. Errors: a file that is missing, is no "
	    "FAISS index, is cut short or damaged, or changes while it is read; another type of index.",
	    "SELECT write_faiss('topics', 'topics.faiss'); SELECT cluster_id, centroid FROM read_faiss('topics.faiss')"};

	explicit ReadFaiss(TableBind &bind);

	class Scan {
	public:
		Scan(const ReadFaiss &table, const ProjectedColumns &columns);
		idx_t MaxThreads() const {
			return claims.MaxThreads();
		}
		idx_t Produce(duckdb_data_chunk output);

	private:
		const ReadFaiss &table;
		const ProjectedColumns &columns;
		RowClaims claims;
		VectorReader reader;
	};

private:
	std::string path;
	uint64_t ids_offset = 0;
	VectorFiles files;
};

constexpr FunctionDocumentation ReadFaiss::DOCUMENTATION;

ReadFaiss::ReadFaiss(TableBind &bind) {
	path = LocalPath(bind.Positional(0, "a path").Text());
	NamingFile(path, [&]() {
		const InputFile file(path);
		const FaissVectors found = FindFaissVectors(file);
		ids_offset = found.ids_offset;
		files.Add(path, file, found.vectors);
	});
	const LogicalType number(DUCKDB_TYPE_FLOAT);
	bind.AddColumn("cluster_id", LogicalType(DUCKDB_TYPE_BIGINT));
	bind.AddColumn("centroid", LogicalType::ListOf(number));
	bind.SetRowCount(files.Rows());
}

ReadFaiss::Scan::Scan(const ReadFaiss &table, const ProjectedColumns &columns)
    : table(table), columns(columns), claims(table.files.Rows()), reader(table.files) {
}

idx_t ReadFaiss::Scan::Produce(duckdb_data_chunk output) {
	const uint64_t d = table.files.Dimensions();
	uint64_t first;
	const uint64_t most = std::max<uint64_t>(1, std::min<uint64_t>(duckdb_vector_size(), MOST_NUMBERS / d));
	const uint64_t count = claims.Claim(most, first);
	const duckdb_vector ids = columns.Find(output, 0);
	if (ids && table.ids_offset > 0) {
		reader.ReadBytes(table.ids_offset + first * sizeof(int64_t), count * sizeof(int64_t),
		                 duckdb_vector_get_data(ids));
	} else if (ids) {
		WriteRowNumbers(ids, first, count);
	}
	if (const duckdb_vector centroids = columns.Find(output, 1)) {
		reader.Read(first, count, ListNumbers(centroids, count, d));
	}
	return count;
}

} // namespace

void RegisterReadFaiss(duckdb_connection connection) {
	RegisterTable<ReadFaiss>(connection, {DUCKDB_TYPE_VARCHAR});
}

} // namespace ducktopics
