#include "../registration.hpp"

#include <cstring>
#include <string>

namespace ducktopics {

namespace {

//! The function that reads a file of this name, or null.
const char *ReaderOf(const char *name) {
	const char *extension = std::strrchr(name, '.');
	if (!extension) {
		return nullptr;
	}
	if (std::strcmp(extension, ".npy") == 0) {
		return "read_npy";
	}
	return std::strcmp(extension, ".faiss") == 0 ? "read_faiss" : nullptr;
}

//! DuckDB asks for every table that it does not know.
void Replace(duckdb_replacement_scan_info info, const char *table, void *) {
	const char *reader = ReaderOf(table);
	if (!reader) {
		return;
	}
	duckdb_value path = duckdb_create_varchar(table);
	duckdb_replacement_scan_set_function_name(info, reader);
	duckdb_replacement_scan_add_parameter(info, path);
	duckdb_destroy_value(&path);
}

} // namespace

void RegisterFileScans(duckdb_database database) {
	duckdb_add_replacement_scan(database, Replace, nullptr, nullptr);
}

} // namespace ducktopics
