#include "table_function.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

std::string TextOf(duckdb_value value) {
	char *text = duckdb_get_varchar(value);
	const std::string copy(text ? text : "");
	duckdb_free(text);
	return copy;
}

} // namespace

Argument::~Argument() {
	if (value) {
		duckdb_destroy_value(&value);
	}
}

InvalidInput Argument::Wrong(const std::string &expected) const {
	if (!value || duckdb_is_null_value(value)) {
		return Expected(expected, "NULL");
	}
	return Expected(expected, TextOf(value));
}

int64_t Argument::Integer(int64_t lowest, int64_t highest) const {
	const bool is_null = !value || duckdb_is_null_value(value);
	const int64_t number = is_null ? 0 : duckdb_get_int64(value);
	if (!is_null && number >= lowest && number <= highest) {
		return number;
	}
	if (lowest == INT64_MIN && highest == INT64_MAX) {
		throw Wrong(std::string("a number as ") + name);
	}
	if (highest == INT64_MAX) {
		throw Wrong(std::string(name) + " >= " + std::to_string(lowest));
	}
	throw Wrong(std::string(name) + " from " + std::to_string(lowest) + " to " + std::to_string(highest));
}

int64_t Argument::IntegerUnlessNull(int64_t fallback, int64_t lowest) const {
	return value && !duckdb_is_null_value(value) ? Integer(lowest) : fallback;
}

std::string Argument::Text() const {
	if (!value || duckdb_is_null_value(value)) {
		throw Wrong(name);
	}
	const std::string text = TextOf(value);
	if (text.empty()) {
		throw Expected(name, "an empty text");
	}
	return text;
}

std::vector<std::string> Argument::Texts() const {
	if (!value || duckdb_is_null_value(value)) {
		throw Wrong(name);
	}
	// The type belongs to the value.
	const duckdb_type type = duckdb_get_type_id(duckdb_get_value_type(value));
	if (type == DUCKDB_TYPE_VARCHAR) {
		return {Text()};
	}
	if (type != DUCKDB_TYPE_LIST) {
		throw Wrong(std::string(name) + " of type VARCHAR or VARCHAR[]");
	}
	std::vector<std::string> texts;
	for (idx_t i = 0; i < duckdb_get_list_size(value); i++) {
		const Argument item(name, duckdb_get_list_child(value, i));
		if (item.value && !duckdb_is_null_value(item.value) &&
		    duckdb_get_type_id(duckdb_get_value_type(item.value)) != DUCKDB_TYPE_VARCHAR) {
			throw Wrong(std::string(name) + " of type VARCHAR or VARCHAR[]");
		}
		texts.push_back(item.Text());
	}
	if (texts.empty()) {
		throw Expected(name, "an empty list");
	}
	return texts;
}

ProjectedColumns::ProjectedColumns(duckdb_init_info info) {
	for (idx_t i = 0; i < duckdb_init_get_column_count(info); i++) {
		columns.push_back(duckdb_init_get_column_index(info, i));
	}
}

duckdb_vector ProjectedColumns::Find(duckdb_data_chunk output, idx_t column) const {
	for (idx_t i = 0; i < columns.size(); i++) {
		if (columns[i] == column) {
			return duckdb_data_chunk_get_vector(output, i);
		}
	}
	return nullptr;
}

uint64_t RowClaims::Claim(uint64_t most, uint64_t &first) {
	uint64_t begin = next.load();
	uint64_t count;
	do {
		count = std::min(most, rows - begin);
	} while (!next.compare_exchange_weak(begin, begin + count));
	first = begin;
	return count;
}

idx_t RowClaims::MaxThreads() const {
	// DuckDB lowers it to the number of its own threads.
	return std::max<idx_t>(1, std::min<idx_t>(65536, rows / duckdb_vector_size()));
}

void RegisterTableCallbacks(duckdb_connection connection, const FunctionDocumentation &documentation,
                            const std::vector<duckdb_type> &positional, const std::vector<NamedParameter> &named,
                            const TableCallbacks &callbacks) {
	duckdb_table_function function = duckdb_create_table_function();
	duckdb_table_function_set_name(function, documentation.name);
	for (const duckdb_type type : positional) {
		duckdb_table_function_add_parameter(function, LogicalType(type).Get());
	}
	for (const NamedParameter &parameter : named) {
		duckdb_table_function_add_named_parameter(function, parameter.name, LogicalType(parameter.type).Get());
	}
	duckdb_table_function_supports_projection_pushdown(function, true);
	duckdb_table_function_set_bind(function, callbacks.bind);
	duckdb_table_function_set_init(function, callbacks.init);
	duckdb_table_function_set_function(function, callbacks.produce);
	const duckdb_state state = duckdb_register_table_function(connection, function);
	duckdb_destroy_table_function(&function);
	CheckRegistered(state, documentation.name);
	// An underscore marks what is internal.
	if (documentation.name[0] != '_') {
		Document(documentation);
	}
}

} // namespace ducktopics
