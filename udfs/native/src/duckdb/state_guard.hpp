#pragma once

#include "api.hpp"

#include <cstdint>

namespace ducktopics {

//! An aggregate state as DuckDB moves it about: eight-byte aligned, copied with memcpy, so it holds one heap pointer.
template <class T>
struct AggregateState {
	//! Tells a state from other memory; see `CheckStates`.
	uint64_t cookie;
	T *impl;
};

//! The value of `cookie` in every live state of this process.
uint64_t StateCookie();

//! Throws InvalidInput when the states of an update cannot be one for each row.
//!
//! DuckDB's C API hands an aggregate under a window (`kmeans(...) OVER ()`) an array with one state for many rows
//! (duckdb/duckdb issue 21537), and reading on would end the process. States that differ from the one before are
//! looked at with a read that cannot fault, until enough of them have proved to be states.
void CheckStates(const duckdb_aggregate_state *states, idx_t count);

} // namespace ducktopics
