#include "../matching/optimal_assignment.hpp"

#include "../duckdb/arguments.hpp"
#include "../duckdb/list_writer.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <algorithm>
#include <cmath>

namespace ducktopics {

namespace {

struct OptimalAssignmentFunction : AggregateObject<OptimalAssignmentFunction> {
	static constexpr FunctionDocumentation DOCUMENTATION {
	    "optimal_assignment",
	    FunctionKind::AGGREGATE,
	    "left_id, right_id, gain",
	    "STRUCT(left_id BIGINT, right_id BIGINT, gain DOUBLE)[]",
	    "Chooses the pairs with the greatest total gain so that every left and every right id is in one pair at most. "
	    "Each row is a pair that may be chosen, and what it is worth; pairs that are not listed, and those whose gain "
	    "is not positive, are never chosen. The list is ordered by left_id, and empty where nothing is chosen. For the "
	    "least total cost of as many pairs as possible take 1 + the greatest cost - cost as the gain of every pair. "
	    "The result is exact and depends on the set of rows alone. Shortest augmenting paths (Jonker & Volgenant, "
	    "Computing 38, 1987). Rows with a NULL are skipped. Errors: a pair that comes twice, a gain that is NaN or "
	    "infinite, OVER or ORDER BY in the call.",
	    "SELECT unnest(optimal_assignment(l, r, gain), recursive := true) "
	    "FROM (VALUES (1, 1, 0.9), (1, 2, 0.8), (2, 1, 0.7)) t(l, r, gain)"};

	static void Update(duckdb_data_chunk input, OptimalAssignmentFunction **states, idx_t count);
	void Combine(const OptimalAssignmentFunction &source);
	void Finalize(duckdb_vector result, idx_t row);

private:
	std::vector<AssignmentPair> pairs;
};

constexpr FunctionDocumentation OptimalAssignmentFunction::DOCUMENTATION;

void OptimalAssignmentFunction::Update(duckdb_data_chunk input, OptimalAssignmentFunction **states, idx_t count) {
	const IntegerColumn left(duckdb_data_chunk_get_vector(input, 0));
	const IntegerColumn right(duckdb_data_chunk_get_vector(input, 1));
	const DoubleColumn gain(duckdb_data_chunk_get_vector(input, 2));
	for (idx_t i = 0; i < count; i++) {
		if (left.IsNull(i) || right.IsNull(i) || gain.IsNull(i)) {
			continue;
		}
		if (!std::isfinite(gain.Get(i))) {
			throw Expected("finite gains", std::isnan(gain.Get(i)) ? "NaN" : "infinity");
		}
		states[i]->pairs.push_back({left.Get(i), right.Get(i), gain.Get(i)});
	}
}

void OptimalAssignmentFunction::Combine(const OptimalAssignmentFunction &source) {
	pairs.insert(pairs.end(), source.pairs.begin(), source.pairs.end());
}

void OptimalAssignmentFunction::Finalize(duckdb_vector result, idx_t row) {
	std::sort(pairs.begin(), pairs.end(), IdsLess);
	const auto twice = std::adjacent_find(pairs.begin(), pairs.end(), [](const auto &a, const auto &b) {
		return a.left == b.left && a.right == b.right;
	});
	if (twice != pairs.end()) {
		throw Expected("each pair once",
		               "(" + std::to_string(twice->left) + ", " + std::to_string(twice->right) + ") several times");
	}
	const std::vector<AssignmentPair> chosen = OptimalAssignment(pairs);
	pairs = {};
	const idx_t first = AppendList(result, row, chosen.size());
	const duckdb_vector item = duckdb_list_vector_get_child(result);
	int64_t *left = static_cast<int64_t *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(item, 0)));
	int64_t *right = static_cast<int64_t *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(item, 1)));
	double *gain = static_cast<double *>(duckdb_vector_get_data(duckdb_struct_vector_get_child(item, 2)));
	for (idx_t i = 0; i < chosen.size(); i++) {
		left[first + i] = chosen[i].left;
		right[first + i] = chosen[i].right;
		gain[first + i] = chosen[i].gain;
	}
}

} // namespace

void RegisterOptimalAssignment(duckdb_connection connection) {
	const LogicalType id(DUCKDB_TYPE_BIGINT);
	const LogicalType gain(DUCKDB_TYPE_DOUBLE);
	const LogicalType pair = LogicalType::StructOf({{"left_id", &id}, {"right_id", &id}, {"gain", &gain}});
	RegisterAggregate<OptimalAssignmentFunction>(
	    connection, {DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_DOUBLE}, 3, LogicalType::ListOf(pair));
}

} // namespace ducktopics
