#include "register.hpp"

#include <algorithm>
#include <mutex>

namespace ducktopics {

namespace {

// Never destroyed: DuckDB's threads may outlive the program's static objects.
std::mutex &documentation_lock = *new std::mutex();
std::vector<const FunctionDocumentation *> &documentations = *new std::vector<const FunctionDocumentation *>();

struct ScalarInfo {
	const char *error_name;
	ScalarBody body;
};

void RunScalar(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
	const ScalarInfo &scalar = *static_cast<ScalarInfo *>(duckdb_scalar_function_get_extra_info(info));
	Guarded(scalar.error_name, info, duckdb_scalar_function_set_error, [&]() { scalar.body(input, output); });
}

} // namespace

void Document(const FunctionDocumentation &documentation) {
	// The extension may be loaded into several databases of one process.
	std::lock_guard<std::mutex> guard(documentation_lock);
	if (std::find(documentations.begin(), documentations.end(), &documentation) == documentations.end()) {
		documentations.push_back(&documentation);
	}
}

const std::vector<const FunctionDocumentation *> &Documentations() {
	return documentations;
}

void RegisterScalar(duckdb_connection connection, const ScalarDefinition &definition) {
	const char *name = definition.documentation.name;
	duckdb_scalar_function function = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(function, name);
	for (const duckdb_type parameter : definition.parameters) {
		duckdb_scalar_function_add_parameter(function, LogicalType(parameter).Get());
	}
	duckdb_scalar_function_set_return_type(function, definition.result.Get());
	duckdb_scalar_function_set_special_handling(function);
	if (definition.is_volatile) {
		duckdb_scalar_function_set_volatile(function);
	}
	duckdb_scalar_function_set_extra_info(function, new ScalarInfo {definition.error_name, definition.body},
	                                      [](void *info) { delete static_cast<ScalarInfo *>(info); });
	duckdb_scalar_function_set_function(function, RunScalar);
	const duckdb_state state = duckdb_register_scalar_function(connection, function);
	duckdb_destroy_scalar_function(&function);
	CheckRegistered(state, name);
	Document(definition.documentation);
}

} // namespace ducktopics
