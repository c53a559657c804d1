#include "api.hpp"

#include <vector>

namespace ducktopics {

LogicalType LogicalType::StructOf(std::initializer_list<std::pair<const char *, const LogicalType *>> members) {
	std::vector<duckdb_logical_type> types;
	std::vector<const char *> names;
	for (const auto &member : members) {
		names.push_back(member.first);
		types.push_back(member.second->type);
	}
	return LogicalType(duckdb_create_struct_type(types.data(), names.data(), types.size()));
}

std::string LogicalType::Name() const {
	switch (Id()) {
	case DUCKDB_TYPE_LIST:
		return Child().Name() + "[]";
	case DUCKDB_TYPE_ARRAY:
		return Child().Name() + "[" + std::to_string(duckdb_array_type_array_size(type)) + "]";
	case DUCKDB_TYPE_BOOLEAN:
		return "BOOLEAN";
	case DUCKDB_TYPE_TINYINT:
		return "TINYINT";
	case DUCKDB_TYPE_SMALLINT:
		return "SMALLINT";
	case DUCKDB_TYPE_INTEGER:
		return "INTEGER";
	case DUCKDB_TYPE_BIGINT:
		return "BIGINT";
	case DUCKDB_TYPE_UTINYINT:
		return "UTINYINT";
	case DUCKDB_TYPE_USMALLINT:
		return "USMALLINT";
	case DUCKDB_TYPE_UINTEGER:
		return "UINTEGER";
	case DUCKDB_TYPE_UBIGINT:
		return "UBIGINT";
	case DUCKDB_TYPE_HUGEINT:
		return "HUGEINT";
	case DUCKDB_TYPE_FLOAT:
		return "FLOAT";
	case DUCKDB_TYPE_DOUBLE:
		return "DOUBLE";
	case DUCKDB_TYPE_DECIMAL:
		return "DECIMAL";
	case DUCKDB_TYPE_VARCHAR:
		return "VARCHAR";
	case DUCKDB_TYPE_BLOB:
		return "BLOB";
	case DUCKDB_TYPE_DATE:
		return "DATE";
	case DUCKDB_TYPE_TIMESTAMP:
		return "TIMESTAMP";
	case DUCKDB_TYPE_STRUCT:
		return "STRUCT";
	case DUCKDB_TYPE_MAP:
		return "MAP";
	case DUCKDB_TYPE_SQLNULL:
		return "NULL";
	default:
		return "another type";
	}
}

void SetNull(duckdb_vector vector, idx_t row) {
	duckdb_vector_ensure_validity_writable(vector);
	duckdb_validity_set_row_invalid(duckdb_vector_get_validity(vector), row);
}

} // namespace ducktopics
