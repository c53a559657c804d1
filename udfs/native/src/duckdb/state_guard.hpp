#pragma once

#include "api.hpp"

#include <cstdint>

namespace ducktopics {

//! The start of an aggregate's heap object: what tells it from other memory, and where DuckDB held pointers to its
//! state.
struct StateHeader {
	//! Differs from aggregate to aggregate; 0 once the object is destroyed.
	uint64_t type_cookie;
	//! The array of an update in which this state came first.
	const void *array_start = nullptr;
	//! The place in an array where this state was last taken for that of a row after the first.
	const void *neighbour_place = nullptr;

	explicit StateHeader(uint64_t type_cookie) : type_cookie(type_cookie) {
	}
	~StateHeader() {
		*static_cast<volatile uint64_t *>(&type_cookie) = 0;
	}
};

//! An aggregate state as DuckDB moves it about: eight-byte aligned, copied with memcpy, so it holds one heap pointer.
//! Null until there is a row.
struct AggregateState {
	//! Tells a state from other memory; see `CheckStates`.
	uint64_t cookie;
	StateHeader *object;
};

//! The value of `cookie` in every state of this process.
uint64_t StateCookie();

//! Throws InvalidInput when the states of an update cannot be one for each row, of the aggregate with this type cookie.
//!
//! DuckDB's C API hands an aggregate under a window (`kmeans(...) OVER ()`), or with an ORDER BY inside the call, an
//! array of one state for many rows (duckdb/duckdb issue 21537); what lies behind it is other memory, perhaps the array
//! of another window. States that differ from the one before are looked at with reads that cannot fault, until many
//! have proved to be states of this aggregate. One that is known as the first of an array that starts right there, or
//! an array that starts where its first state was taken for a neighbour's, is an error as well.
void CheckStates(const duckdb_aggregate_state *states, idx_t count, uint64_t type_cookie);

} // namespace ducktopics
