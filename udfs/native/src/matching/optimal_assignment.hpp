#pragma once

#include <cstdint>
#include <vector>

namespace ducktopics {

//! A pair that may be chosen, and what it is worth.
struct AssignmentPair {
	int64_t left;
	int64_t right;
	double gain;
};

//! Chooses the pairs with the greatest total gain so that every left and every right id is in one pair at most. Pairs
//! whose gain is not positive are never chosen. `pairs` are in the order of `IdsLess`, none comes twice, and gains are
//! finite. The result is in the same order.
//!
//! Shortest augmenting paths over the listed pairs alone: Jonker & Volgenant, "A shortest augmenting path algorithm for
//! dense and sparse linear assignment problems", Computing 38 (1987). Leaving an id out is a pair with a place of its
//! own, of gain 0. O(n m log n) for n ids and m pairs at worst, O(n + m) memory.
std::vector<AssignmentPair> OptimalAssignment(const std::vector<AssignmentPair> &pairs);

//! Orders pairs by their ids.
bool IdsLess(const AssignmentPair &a, const AssignmentPair &b);

} // namespace ducktopics
