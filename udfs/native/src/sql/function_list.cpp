#include "../duckdb/table_function.hpp"
#include "../registration.hpp"

namespace ducktopics {

namespace {

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

struct FunctionList {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "ducktopics_functions",
	    FunctionKind::TABLE,
	    "",
	    "(name VARCHAR, kind VARCHAR, parameters VARCHAR, returns VARCHAR, description VARCHAR, example VARCHAR)",
	    "Lists the native functions of the extension with their documentation. ",
	    "SELECT name FROM ducktopics_functions()"};

	explicit FunctionList(TableBind &bind) {
		const LogicalType text(DUCKDB_TYPE_VARCHAR);
		for (const char *column : {"name", "kind", "parameters", "returns", "description", "example"}) {
			bind.AddColumn(column, text);
		}
		bind.SetRowCount(Documentations().size());
	}

	class Scan {
	public:
		Scan(const FunctionList &, const ProjectedColumns &columns)
		    : columns(columns), claims(Documentations().size()) {
		}
		idx_t MaxThreads() const {
			return 1;
		}
		idx_t Produce(duckdb_data_chunk output);

	private:
		const ProjectedColumns &columns;
		RowClaims claims;
	};
};

constexpr FunctionDocumentation FunctionList::DOCUMENTATION;

idx_t FunctionList::Scan::Produce(duckdb_data_chunk output) {
	uint64_t first;
	const uint64_t count = claims.Claim(duckdb_vector_size(), first);
	for (idx_t row = 0; row < count; row++) {
		const FunctionDocumentation &doc = *Documentations()[first + row];
		const char *texts[] = {doc.name, KindName(doc.kind), doc.parameters, doc.returns, doc.description, doc.example};
		for (idx_t column = 0; column < 6; column++) {
			if (const duckdb_vector vector = columns.Find(output, column)) {
				duckdb_vector_assign_string_element(vector, row, texts[column]);
			}
		}
	}
	return count;
}

} // namespace

void RegisterFunctionList(duckdb_connection connection) {
	RegisterTable<FunctionList>(connection, {});
}

} // namespace ducktopics
