#include "../duckdb/arguments.hpp"
#include "../duckdb/centroid_column.hpp"
#include "../duckdb/register.hpp"
#include "../files/local_path.hpp"
#include "../files/input_file.hpp"
#include "../files/output_file.hpp"
#include "../registration.hpp"

#include <faiss/IndexFlat.h>
#include <faiss/IndexIDMap.h>
#include <faiss/index_io.h>
#include <faiss/impl/io.h>

#include <algorithm>
#include <vector>

namespace ducktopics {

namespace {

constexpr FunctionDocumentation DOCUMENTATION {
    "write_faiss_index",
    FunctionKind::SCALAR,
    "centroids, cluster_ids, path",
    "BIGINT",
    "Writes centroids and their ids to a FAISS index file; returns how many. "
    "Where the ids are 0, 1, 2, ... in this order the file holds an IndexFlatL2, otherwise an IndexIDMap2 over one, "
    "which keeps them (an IndexIDMap where several centroids share an id). The file appears whole or not at all, and "
    "takes the place of one of that name. The macro write_faiss writes a table. Errors: no centroids, ragged ones, NaN "
    "or infinity; ids that are NULL, negative or not as many as the centroids; a path that cannot be written.",
    "SELECT write_faiss_index([[0.0, 0.0], [3.0, 4.0]], [10, 20], 'two.faiss') AS written"};
DUCKTOPICS_DOCUMENTED(DOCUMENTATION);

//! A column of lists of whole numbers.
class IntegerListColumn {
public:
	explicit IntegerListColumn(duckdb_vector vector);

	bool IsNull(idx_t row) const {
		return child_type == DUCKDB_TYPE_INVALID || !RowIsValid(validity, row);
	}
	//! Throws InvalidInput for an item that is NULL.
	std::vector<int64_t> Get(idx_t row) const;

private:
	int64_t Item(idx_t position) const;

	duckdb_type child_type = DUCKDB_TYPE_INVALID;
	uint64_t *validity = nullptr;
	const duckdb_list_entry *entries = nullptr;
	const void *items = nullptr;
	uint64_t *item_validity = nullptr;
};

IntegerListColumn::IntegerListColumn(duckdb_vector vector) {
	const LogicalType type = LogicalType::Of(vector);
	if (type.Id() == DUCKDB_TYPE_SQLNULL) {
		return;
	}
	if (type.Id() == DUCKDB_TYPE_LIST) {
		child_type = type.Child().Id();
	}
	if (child_type != DUCKDB_TYPE_INTEGER && child_type != DUCKDB_TYPE_BIGINT && child_type != DUCKDB_TYPE_SQLNULL) {
		throw Expected("cluster_ids of type BIGINT[] or INTEGER[]", type.Name());
	}
	validity = duckdb_vector_get_validity(vector);
	entries = static_cast<const duckdb_list_entry *>(duckdb_vector_get_data(vector));
	const duckdb_vector child = duckdb_list_vector_get_child(vector);
	items = duckdb_vector_get_data(child);
	item_validity = duckdb_vector_get_validity(child);
}

int64_t IntegerListColumn::Item(idx_t position) const {
	if (child_type == DUCKDB_TYPE_INTEGER) {
		return static_cast<const int32_t *>(items)[position];
	}
	return static_cast<const int64_t *>(items)[position];
}

std::vector<int64_t> IntegerListColumn::Get(idx_t row) const {
	std::vector<int64_t> numbers;
	numbers.reserve(entries[row].length);
	for (idx_t i = 0; i < entries[row].length; i++) {
		const idx_t position = entries[row].offset + i;
		if (child_type == DUCKDB_TYPE_SQLNULL || !RowIsValid(item_validity, position)) {
			throw Expected("a number in cluster_ids", "NULL at position " + std::to_string(i + 1));
		}
		numbers.push_back(Item(position));
	}
	return numbers;
}

void CheckIds(const std::vector<int64_t> &ids, idx_t k) {
	if (ids.size() != k) {
		throw Expected("one cluster_id for each of " + std::to_string(k) + " centroids", std::to_string(ids.size()));
	}
	// FAISS says -1 where it found nothing.
	const int64_t lowest = *std::min_element(ids.begin(), ids.end());
	if (lowest < 0) {
		throw Expected("cluster_ids >= 0", std::to_string(lowest));
	}
}

bool AreUnique(std::vector<int64_t> ids) {
	std::sort(ids.begin(), ids.end());
	return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

bool ArePositions(const std::vector<int64_t> &ids) {
	for (size_t i = 0; i < ids.size(); i++) {
		if (ids[i] != int64_t(i)) {
			return false;
		}
	}
	return true;
}

//! Hands what FAISS writes to an OutputFile.
struct FaissWriter : faiss::IOWriter {
	explicit FaissWriter(OutputFile &file) : file(file) {
	}
	size_t operator()(const void *bytes, size_t size, size_t count) override {
		file.Write(bytes, size * count);
		return count;
	}

	OutputFile &file;
};

template <class Map>
void WriteMap(faiss::IndexFlatL2 &flat, const CentroidSet &set, const std::vector<int64_t> &ids, FaissWriter &writer) {
	Map map(&flat);
	map.add_with_ids(int64_t(set.Count()), set.Centroid(0), ids.data());
	faiss::write_index(&map, &writer);
}

void WriteIndex(const CentroidSet &set, const std::vector<int64_t> &ids, const std::string &path) {
	OutputFile file(path);
	FaissWriter writer(file);
	faiss::IndexFlatL2 flat(set.Dimensions());
	if (ArePositions(ids)) {
		flat.add(int64_t(set.Count()), set.Centroid(0));
		faiss::write_index(&flat, &writer);
	} else if (AreUnique(ids)) {
		// It can tell the centroid of an id.
		WriteMap<faiss::IndexIDMap2>(flat, set, ids, writer);
	} else {
		WriteMap<faiss::IndexIDMap>(flat, set, ids, writer);
	}
	file.Commit();
}

void WriteFaissIndex(duckdb_data_chunk input, duckdb_vector output) {
	const idx_t count = duckdb_data_chunk_get_size(input);
	const CentroidColumn centroids(duckdb_data_chunk_get_vector(input, 0), count);
	const IntegerListColumn cluster_ids(duckdb_data_chunk_get_vector(input, 1));
	const TextColumn paths(duckdb_data_chunk_get_vector(input, 2));
	int64_t *written = static_cast<int64_t *>(duckdb_vector_get_data(output));
	for (idx_t i = 0; i < count; i++) {
		if (centroids.IsNull(i)) {
			throw Expected("at least 1 centroid", "NULL");
		}
		if (cluster_ids.IsNull(i)) {
			throw Expected("cluster_ids", "NULL");
		}
		if (paths.IsNull(i) || paths.Get(i).empty()) {
			throw Expected("a path", paths.IsNull(i) ? "NULL" : "an empty text");
		}
		const CentroidSet &set = centroids.Set(i);
		const std::vector<int64_t> ids = cluster_ids.Get(i);
		CheckIds(ids, set.Count());
		const std::string path = LocalPath(paths.Get(i));
		NamingFile(path, [&]() { WriteIndex(set, ids, path); });
		written[i] = int64_t(set.Count());
	}
}

} // namespace

void RegisterWriteFaiss(duckdb_connection connection) {
	RegisterScalar(connection, {DOCUMENTATION,
	                            "write_faiss",
	                            WriteFaissIndex,
	                            {DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY, DUCKDB_TYPE_VARCHAR},
	                            LogicalType(DUCKDB_TYPE_BIGINT),
	                            true});
}

} // namespace ducktopics
