#pragma once

// DuckDB's stable C extension API, and the little that makes it safe to use from C++.

#include "duckdb_extension.h"

#include <initializer_list>
#include <string>
#include <utility>

DUCKDB_EXTENSION_EXTERN

namespace ducktopics {

//! Owns a duckdb_logical_type.
class LogicalType {
public:
	explicit LogicalType(duckdb_type id) : type(duckdb_create_logical_type(id)) {
	}
	explicit LogicalType(duckdb_logical_type owned) : type(owned) {
	}
	LogicalType(LogicalType &&other) noexcept : type(std::exchange(other.type, nullptr)) {
	}
	LogicalType(const LogicalType &) = delete;
	LogicalType &operator=(const LogicalType &) = delete;
	~LogicalType() {
		if (type) {
			duckdb_destroy_logical_type(&type);
		}
	}

	static LogicalType ListOf(const LogicalType &child) {
		return LogicalType(duckdb_create_list_type(child.type));
	}
	static LogicalType ArrayOf(const LogicalType &child, idx_t size) {
		return LogicalType(duckdb_create_array_type(child.type, size));
	}
	static LogicalType StructOf(std::initializer_list<std::pair<const char *, const LogicalType *>> members);
	static LogicalType Of(duckdb_vector vector) {
		return LogicalType(duckdb_vector_get_column_type(vector));
	}

	duckdb_logical_type Get() const {
		return type;
	}
	duckdb_type Id() const {
		return duckdb_get_type_id(type);
	}
	//! The type of a LIST's or an ARRAY's items.
	LogicalType Child() const {
		return LogicalType(Id() == DUCKDB_TYPE_ARRAY ? duckdb_array_type_child_type(type)
		                                             : duckdb_list_type_child_type(type));
	}
	bool IsListOrArray() const {
		return Id() == DUCKDB_TYPE_LIST || Id() == DUCKDB_TYPE_ARRAY;
	}
	//! As a user would write it: `FLOAT[]`, `DOUBLE[128]`, `VARCHAR`.
	std::string Name() const;

private:
	duckdb_logical_type type;
};

//! Whether a row of a vector is not NULL.
inline bool RowIsValid(uint64_t *validity, idx_t row) {
	return !validity || (validity[row / 64] >> (row % 64) & 1);
}

//! Marks a row of a result vector as NULL.
void SetNull(duckdb_vector vector, idx_t row);

} // namespace ducktopics
