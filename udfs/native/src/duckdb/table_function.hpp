#pragma once

#include "api.hpp"
#include "documentation.hpp"
#include "error.hpp"
#include "register.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace ducktopics {

//! An argument of a table function. Reading it throws InvalidInput where it is NULL or of another type.
class Argument {
public:
	//! Takes the value over; null where a named argument was not given.
	Argument(const char *name, duckdb_value value) : name(name), value(value) {
	}
	Argument(const Argument &) = delete;
	Argument &operator=(const Argument &) = delete;
	~Argument();

	//! A BIGINT within [lowest, highest].
	int64_t Integer(int64_t lowest = INT64_MIN, int64_t highest = INT64_MAX) const;
	int64_t IntegerOr(int64_t fallback, int64_t lowest = INT64_MIN, int64_t highest = INT64_MAX) const {
		return value ? Integer(lowest, highest) : fallback;
	}
	//! As IntegerOr; NULL is the fallback too.
	int64_t IntegerUnlessNull(int64_t fallback, int64_t lowest) const;
	//! A VARCHAR, which may not be empty.
	std::string Text() const;
	//! The items of a VARCHAR[], of which there must be one, or the one VARCHAR.
	std::vector<std::string> Texts() const;

private:
	InvalidInput Wrong(const std::string &expected) const;

	const char *name;
	duckdb_value value;
};

//! What a table function asks and answers while a query is bound.
class TableBind {
public:
	explicit TableBind(duckdb_bind_info info) : info(info) {
	}

	Argument Positional(idx_t position, const char *name) const {
		return Argument(name, duckdb_bind_get_parameter(info, position));
	}
	Argument Named(const char *name) const {
		return Argument(name, duckdb_bind_get_named_parameter(info, name));
	}
	void AddColumn(const char *name, const LogicalType &type) {
		duckdb_bind_add_result_column(info, name, type.Get());
	}
	//! Tells the optimizer how many rows there will be, exactly.
	void SetRowCount(idx_t rows) {
		duckdb_bind_set_cardinality(info, rows, true);
	}

private:
	duckdb_bind_info info;
};

//! The columns that a query uses of those that a table function declared.
class ProjectedColumns {
public:
	explicit ProjectedColumns(duckdb_init_info info);

	//! The vector of an output chunk for a declared column; null when the query does not use it.
	duckdb_vector Find(duckdb_data_chunk output, idx_t column) const;

private:
	std::vector<idx_t> columns;
};

//! Rows that the threads of a scan share out: each claims the next piece until there are no more.
class RowClaims {
public:
	explicit RowClaims(uint64_t rows) : rows(rows) {
	}

	//! The number of rows claimed, up to `most`, from `first` on; 0 at the end.
	uint64_t Claim(uint64_t most, uint64_t &first);
	//! Threads that can find work.
	idx_t MaxThreads() const;

private:
	const uint64_t rows;
	std::atomic<uint64_t> next {0};
};

struct NamedParameter {
	const char *name;
	duckdb_type type;
};

struct TableCallbacks {
	duckdb_table_function_bind_t bind;
	duckdb_table_function_init_t init;
	duckdb_table_function_t produce;
};

void RegisterTableCallbacks(duckdb_connection connection, const FunctionDocumentation &documentation,
                            const std::vector<duckdb_type> &positional, const std::vector<NamedParameter> &named,
                            const TableCallbacks &callbacks);

//! Registers a table function that an object of type T stands for once it is bound:
//!   explicit T(TableBind &bind)                            // reads the arguments, declares the columns
//!   struct T::Scan {                                       // one run, shared by its threads
//!     Scan(const T &table, const ProjectedColumns &columns)
//!     idx_t MaxThreads() const
//!     idx_t Produce(duckdb_data_chunk output)              // fills rows; 0 is the end; called by all threads
//!   }
//! What they throw becomes the query's error.
template <class T>
struct TableFunction {
	struct Run {
		Run(const T &table, duckdb_init_info info) : columns(info), scan(table, columns) {
		}

		const ProjectedColumns columns;
		typename T::Scan scan;
	};

	static const char *Name() {
		return T::DOCUMENTATION.name;
	}
	static void Bind(duckdb_bind_info info) {
		Guarded(Name(), info, duckdb_bind_set_error, [&]() {
			TableBind bind(info);
			duckdb_bind_set_bind_data(info, new T(bind), [](void *table) { delete static_cast<T *>(table); });
		});
	}
	static void Init(duckdb_init_info info) {
		Guarded(Name(), info, duckdb_init_set_error, [&]() {
			const T &table = *static_cast<const T *>(duckdb_init_get_bind_data(info));
			std::unique_ptr<Run> run(new Run(table, info));
			duckdb_init_set_max_threads(info, run->scan.MaxThreads());
			duckdb_init_set_init_data(info, run.release(), [](void *data) { delete static_cast<Run *>(data); });
		});
	}
	static void Produce(duckdb_function_info info, duckdb_data_chunk output) {
		Guarded(Name(), info, duckdb_function_set_error, [&]() {
			Run &run = *static_cast<Run *>(duckdb_function_get_init_data(info));
			duckdb_data_chunk_set_size(output, run.scan.Produce(output));
		});
	}
};

template <class T>
void RegisterTable(duckdb_connection connection, const std::vector<duckdb_type> &positional,
                   const std::vector<NamedParameter> &named = {}) {
	DUCKTOPICS_DOCUMENTED(T::DOCUMENTATION);
	using Function = TableFunction<T>;
	RegisterTableCallbacks(connection, T::DOCUMENTATION, positional, named,
	                       {Function::Bind, Function::Init, Function::Produce});
}

} // namespace ducktopics
