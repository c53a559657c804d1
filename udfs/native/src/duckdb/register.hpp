#pragma once

#include "api.hpp"
#include "documentation.hpp"
#include "error.hpp"
#include "state_guard.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ducktopics {

//! Remembers a function's documentation for `ducktopics_functions()`.
void Document(const FunctionDocumentation &documentation);

//! Every documentation that was handed in, in order.
const std::vector<const FunctionDocumentation *> &Documentations();

//! Throws where DuckDB refused a registration.
inline void CheckRegistered(duckdb_state state, const char *name) {
	if (state != DuckDBSuccess) {
		throw InvalidInput(std::string("cannot register ") + name);
	}
}

//! Registers a scalar function. `BODY(chunk, output)` computes one chunk; what it throws becomes the query's error,
//! prefixed with `error_name`. NULL arguments reach the body.
using ScalarBody = void (*)(duckdb_data_chunk input, duckdb_vector output);

struct ScalarDefinition {
	const FunctionDocumentation &documentation;
	//! The name in errors: that of the macro that most people call it by.
	const char *error_name;
	ScalarBody body;
	std::vector<duckdb_type> parameters;
	const LogicalType &result;
	//! Whether each call must run (it has an effect).
	bool is_volatile = false;
};

void RegisterScalar(duckdb_connection connection, const ScalarDefinition &definition);

//! The cookie by which `CheckStates` knows the objects of one aggregate.
template <class T>
uint64_t TypeCookie() {
	static const char own = 0;
	return StateCookie() ^ reinterpret_cast<uintptr_t>(&own);
}

//! The base of an aggregate's heap object.
template <class T>
struct AggregateObject : StateHeader {
	AggregateObject() : StateHeader(TypeCookie<T>()) {
	}
};

//! The callbacks of an aggregate whose state is a heap object of type T, an AggregateObject<T> with
//!   static constexpr FunctionDocumentation DOCUMENTATION
//!   static void Update(duckdb_data_chunk input, T **states, idx_t count)   // one state for each row
//!   void Combine(const T &source)                                          // the source stays whole
//!   void Finalize(duckdb_vector result, idx_t row)                         // may throw; must free what is large
template <class T>
struct AggregateCallbacks {
	static AggregateState &At(duckdb_aggregate_state state) {
		return *reinterpret_cast<AggregateState *>(state);
	}
	//! The object of a state, made when there is none yet.
	static T &Object(duckdb_aggregate_state state) {
		if (!At(state).object) {
			At(state).object = new T();
		}
		return *static_cast<T *>(At(state).object);
	}
	static const char *Name() {
		return T::DOCUMENTATION.name;
	}
	static idx_t Size(duckdb_function_info) {
		return sizeof(AggregateState);
	}
	static void Init(duckdb_function_info info, duckdb_aggregate_state state) {
		At(state) = {StateCookie(), nullptr};
		Guarded(Name(), info, duckdb_aggregate_function_set_error, [&]() { Object(state); });
	}
	static void Update(duckdb_function_info info, duckdb_data_chunk input, duckdb_aggregate_state *states) {
		Guarded(Name(), info, duckdb_aggregate_function_set_error, [&]() {
			const idx_t count = duckdb_data_chunk_get_size(input);
			if (count == 0) {
				return;
			}
			Object(states[0]);
			CheckStates(states, count, TypeCookie<T>());
			thread_local std::vector<T *> objects;
			objects.resize(count);
			for (idx_t i = 0; i < count; i++) {
				objects[i] = &Object(states[i]);
			}
			T::Update(input, objects.data(), count);
		});
	}
	static void Combine(duckdb_function_info info, duckdb_aggregate_state *sources, duckdb_aggregate_state *targets,
	                    idx_t count) {
		Guarded(Name(), info, duckdb_aggregate_function_set_error, [&]() {
			for (idx_t i = 0; i < count; i++) {
				Object(targets[i]).Combine(Object(sources[i]));
			}
		});
	}
	static void Finalize(duckdb_function_info info, duckdb_aggregate_state *states, duckdb_vector result, idx_t count,
	                     idx_t offset) {
		const bool done = Guarded(Name(), info, duckdb_aggregate_function_set_error, [&]() {
			for (idx_t i = 0; i < count; i++) {
				Object(states[i]).Finalize(result, offset + i);
			}
		});
		// DuckDB does not always destroy the states of a query that failed here.
		for (idx_t i = 0; !done && i < count; i++) {
			Free(states[i]);
		}
	}
	static void Destroy(duckdb_aggregate_state *states, idx_t count) {
		for (idx_t i = 0; i < count; i++) {
			Free(states[i]);
			At(states[i]).cookie = 0;
		}
	}
	static void Free(duckdb_aggregate_state state) {
		delete static_cast<T *>(At(state).object);
		At(state).object = nullptr;
	}
};

//! Registers an aggregate, with one overload for each number of parameters from `fewest` to all of them.
template <class T>
void RegisterAggregate(duckdb_connection connection, const std::vector<duckdb_type> &parameters, size_t fewest,
                       const LogicalType &result) {
	using Callbacks = AggregateCallbacks<T>;
	DUCKTOPICS_DOCUMENTED(T::DOCUMENTATION);
	const char *name = T::DOCUMENTATION.name;
	duckdb_aggregate_function_set set = duckdb_create_aggregate_function_set(name);
	for (size_t count = fewest; count <= parameters.size(); count++) {
		duckdb_aggregate_function function = duckdb_create_aggregate_function();
		duckdb_aggregate_function_set_name(function, name);
		for (size_t i = 0; i < count; i++) {
			duckdb_aggregate_function_add_parameter(function, LogicalType(parameters[i]).Get());
		}
		duckdb_aggregate_function_set_return_type(function, result.Get());
		duckdb_aggregate_function_set_special_handling(function);
		duckdb_aggregate_function_set_functions(function, Callbacks::Size, Callbacks::Init, Callbacks::Update,
		                                        Callbacks::Combine, Callbacks::Finalize);
		duckdb_aggregate_function_set_destructor(function, Callbacks::Destroy);
		duckdb_add_aggregate_function_to_set(set, function);
		duckdb_destroy_aggregate_function(&function);
	}
	const duckdb_state state = duckdb_register_aggregate_function_set(connection, set);
	duckdb_destroy_aggregate_function_set(&set);
	CheckRegistered(state, name);
	Document(T::DOCUMENTATION);
}

} // namespace ducktopics
