#pragma once

namespace ducktopics {

//! How centroids are searched: by the measured rule, all of them, or by projections whatever they cost.
enum class SearchMode { AUTOMATIC, PLAIN, PROJECTED };

//! `DUCKTOPICS_PRUNING` = never or always overrides the measured rule (for tests and benchmarks).
SearchMode RequestedSearchMode();

} // namespace ducktopics
