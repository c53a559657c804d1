#include "../registration.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

namespace ducktopics {

namespace {

constexpr const char *SAMPLE_PREFIX = "npy sample:";

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

//! Lets the function read what it is given.
class Replacement {
public:
	Replacement(duckdb_replacement_scan_info info, const char *function) : info(info) {
		duckdb_replacement_scan_set_function_name(info, function);
	}
	void Add(const char *text) {
		Add(duckdb_create_varchar(text));
	}
	void Add(int64_t number) {
		Add(duckdb_create_int64(number));
	}

private:
	void Add(duckdb_value value) {
		duckdb_replacement_scan_add_parameter(info, value);
		duckdb_destroy_value(&value);
	}

	duckdb_replacement_scan_info info;
};

//! Takes 'npy sample:k:max_points_per_centroid:seed:path', as sql/_sampled_table.sql writes it.
bool ReplaceSample(duckdb_replacement_scan_info info, const char *table) {
	const size_t prefix = std::strlen(SAMPLE_PREFIX);
	if (std::strncmp(table, SAMPLE_PREFIX, prefix) != 0) {
		return false;
	}
	long long numbers[3];
	const char *at = table + prefix;
	for (long long &number : numbers) {
		char *end;
		number = std::strtoll(at, &end, 10);
		if (end == at || *end != ':') {
			return false;
		}
		at = end + 1;
	}
	Replacement replacement(info, "_read_npy_sample");
	replacement.Add(at);
	for (const long long number : numbers) {
		replacement.Add(int64_t(number));
	}
	return true;
}

//! DuckDB asks for every table that it does not know.
void Replace(duckdb_replacement_scan_info info, const char *table, void *) {
	if (ReplaceSample(info, table)) {
		return;
	}
	if (const char *reader = ReaderOf(table)) {
		Replacement(info, reader).Add(table);
	}
}

} // namespace

void RegisterFileScans(duckdb_database database) {
	duckdb_add_replacement_scan(database, Replace, nullptr, nullptr);
}

} // namespace ducktopics
