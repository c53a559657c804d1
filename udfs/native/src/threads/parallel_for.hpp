#pragma once

#include <cstdint>
#include <functional>

namespace ducktopics {

//! Threads that one of our loops may use: two more than the cores that this process may run on, or DUCKTOPICS_THREADS
//! when it is set.
unsigned TrainingThreads();

//! Calls body(begin, end) for pieces of `piece` numbers of [0, count) on all cores, and waits. The first exception that
//! a piece throws is thrown again here. Calls that run side by side share the cores.
void ParallelFor(uint64_t count, uint64_t piece, const std::function<void(uint64_t begin, uint64_t end)> &body);

} // namespace ducktopics
