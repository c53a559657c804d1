#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <atomic>
#include <cstring>

namespace ducktopics {

namespace {

constexpr FunctionDocumentation DOCUMENTATION {
    "ducktopics_functions",
    FunctionKind::TABLE,
    "",
    "(name VARCHAR, kind VARCHAR, parameters VARCHAR, returns VARCHAR, description VARCHAR, example VARCHAR)",
    "Lists the native functions of the extension with their documentation. ",
    "SELECT name FROM ducktopics_functions()"};

const char *KindName(FunctionKind kind) {
	switch (kind) {
	case FunctionKind::SCALAR:
		return "scalar";
	case FunctionKind::AGGREGATE:
		return "aggregate";
	default:
		return "table";
	}
}

void Bind(duckdb_bind_info info) {
	const LogicalType text(DUCKDB_TYPE_VARCHAR);
	for (const char *column : {"name", "kind", "parameters", "returns", "description", "example"}) {
		duckdb_bind_add_result_column(info, column, text.Get());
	}
	duckdb_bind_set_cardinality(info, Documentations().size(), true);
}

void Init(duckdb_init_info info) {
	duckdb_init_set_init_data(info, new size_t(0), [](void *next) { delete static_cast<size_t *>(next); });
	duckdb_init_set_max_threads(info, 1);
}

void Produce(duckdb_function_info info, duckdb_data_chunk output) {
	size_t &next = *static_cast<size_t *>(duckdb_function_get_init_data(info));
	idx_t row = 0;
	for (; next < Documentations().size() && row < duckdb_vector_size(); next++, row++) {
		const FunctionDocumentation &doc = *Documentations()[next];
		const char *texts[] = {doc.name, KindName(doc.kind), doc.parameters, doc.returns, doc.description, doc.example};
		for (idx_t column = 0; column < 6; column++) {
			duckdb_vector_assign_string_element(duckdb_data_chunk_get_vector(output, column), row, texts[column]);
		}
	}
	duckdb_data_chunk_set_size(output, row);
}

} // namespace

void RegisterFunctionList(duckdb_connection connection) {
	duckdb_table_function function = duckdb_create_table_function();
	duckdb_table_function_set_name(function, DOCUMENTATION.name);
	duckdb_table_function_set_bind(function, Bind);
	duckdb_table_function_set_init(function, Init);
	duckdb_table_function_set_function(function, Produce);
	const duckdb_state state = duckdb_register_table_function(connection, function);
	duckdb_destroy_table_function(&function);
	CheckRegistered(state, DOCUMENTATION.name);
	Document(DOCUMENTATION);
}

} // namespace ducktopics
