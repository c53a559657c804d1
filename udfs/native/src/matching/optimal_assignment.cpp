#include "optimal_assignment.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace ducktopics {

namespace {

constexpr uint64_t NONE = std::numeric_limits<uint64_t>::max();
constexpr double UNREACHED = std::numeric_limits<double>::infinity();

//! The pairs as a graph of rows (left ids) and columns (right ids, then one place of its own for each row, where it is
//! left out).
class Graph {
public:
	//! `pairs` are sorted by their ids.
	explicit Graph(const std::vector<AssignmentPair> &pairs);

	//! Pairs every row with a column at the least total cost.
	void Solve();
	//! The position of the pair that was chosen for a row; NONE where it was left out.
	uint64_t ChosenPair(uint64_t row) const;
	uint64_t Rows() const {
		return row_column.size();
	}

private:
	//! An edge of a row: the pair at `pair`, whose cost is the negative of its gain.
	struct Edge {
		uint64_t column;
		double cost;
		uint64_t pair;
	};

	void PairTightly();
	void Augment(uint64_t row);
	void Reach(uint64_t row, double distance);
	void ReachColumn(uint64_t row, uint64_t column, double distance);
	void ForgetPath();
	uint64_t OwnColumn(uint64_t row) const {
		return column_row.size() - row_column.size() + row;
	}

	std::vector<Edge> edges;
	//! Where each row's edges begin; one more for the end.
	std::vector<uint64_t> first_edge;
	std::vector<uint64_t> row_column;
	std::vector<uint64_t> column_row;
	//! The dual values: cost - row_price - column_price is never negative, and 0 for chosen pairs.
	std::vector<double> row_price;
	std::vector<double> column_price;

	// The search for one augmenting path (Dijkstra).
	using Reached = std::pair<double, uint64_t>;
	std::priority_queue<Reached, std::vector<Reached>, std::greater<Reached>> open;
	std::vector<double> column_distance;
	std::vector<uint64_t> column_parent;
	std::vector<bool> is_scanned;
	std::vector<uint64_t> touched;
	std::vector<uint64_t> scanned;
};

Graph::Graph(const std::vector<AssignmentPair> &pairs) {
	std::vector<int64_t> right_ids;
	double largest = 0;
	for (const AssignmentPair &pair : pairs) {
		if (pair.gain > 0) {
			right_ids.push_back(pair.right);
			largest = std::max(largest, pair.gain);
		}
	}
	std::sort(right_ids.begin(), right_ids.end());
	right_ids.erase(std::unique(right_ids.begin(), right_ids.end()), right_ids.end());
	// Sums stay finite, and a power of two rounds nothing.
	const int scale = -std::ilogb(std::max(largest, std::numeric_limits<double>::min()));
	for (uint64_t i = 0; i < pairs.size(); i++) {
		if (pairs[i].gain <= 0) {
			continue;
		}
		if (edges.empty() || pairs[edges.back().pair].left != pairs[i].left) {
			first_edge.push_back(edges.size());
		}
		const auto place = std::lower_bound(right_ids.begin(), right_ids.end(), pairs[i].right);
		edges.push_back({uint64_t(place - right_ids.begin()), -std::ldexp(pairs[i].gain, scale), i});
	}
	const uint64_t rows = first_edge.size();
	const uint64_t columns = right_ids.size() + rows;
	first_edge.push_back(edges.size());
	row_column.assign(rows, NONE);
	column_row.assign(columns, NONE);
	row_price.assign(rows, 0);
	column_price.assign(columns, 0);
	column_distance.assign(columns, UNREACHED);
	column_parent.assign(columns, NONE);
	is_scanned.assign(columns, false);
}

void Graph::Solve() {
	PairTightly();
	for (uint64_t row = 0; row < Rows(); row++) {
		if (row_column[row] == NONE) {
			Augment(row);
		}
	}
}

//! Prices each row by its best column, and pairs those that are free. Columns keep the price 0, which those that are
//! never taken must have.
void Graph::PairTightly() {
	for (uint64_t row = 0; row < Rows(); row++) {
		uint64_t free = NONE;
		for (uint64_t e = first_edge[row]; e < first_edge[row + 1]; e++) {
			const Edge &edge = edges[e];
			const bool is_free = column_row[edge.column] == NONE;
			if (edge.cost < row_price[row]) {
				row_price[row] = edge.cost;
				free = is_free ? edge.column : NONE;
			} else if (edge.cost == row_price[row] && is_free && free == NONE) {
				free = edge.column;
			}
		}
		if (free != NONE) {
			row_column[row] = free;
			column_row[free] = row;
		}
	}
}

//! Finds the cheapest way to pair a row by moving others, and takes it.
void Graph::Augment(uint64_t row) {
	Reach(row, 0);
	uint64_t end = NONE;
	double length = 0;
	while (end == NONE) {
		// A row's own column is always reached, so that the search ends.
		const auto [distance, column] = open.top();
		open.pop();
		if (is_scanned[column]) {
			continue;
		}
		if (column_row[column] == NONE) {
			end = column;
			length = distance;
			break;
		}
		is_scanned[column] = true;
		scanned.push_back(column);
		Reach(column_row[column], distance);
	}
	row_price[row] += length;
	for (const uint64_t column : scanned) {
		const double saved = length - column_distance[column];
		row_price[column_row[column]] += saved;
		column_price[column] -= saved;
	}
	for (uint64_t column = end; column != NONE;) {
		const uint64_t owner = column_parent[column];
		const uint64_t freed = row_column[owner];
		row_column[owner] = column;
		column_row[column] = owner;
		column = freed;
	}
	ForgetPath();
}

void Graph::Reach(uint64_t row, double distance) {
	for (uint64_t e = first_edge[row]; e < first_edge[row + 1]; e++) {
		const double reduced = edges[e].cost - row_price[row] - column_price[edges[e].column];
		ReachColumn(row, edges[e].column, distance + std::max(0.0, reduced));
	}
	const uint64_t own = OwnColumn(row);
	ReachColumn(row, own, distance + std::max(0.0, -row_price[row] - column_price[own]));
}

void Graph::ReachColumn(uint64_t row, uint64_t column, double distance) {
	if (is_scanned[column] || distance >= column_distance[column]) {
		return;
	}
	if (column_distance[column] == UNREACHED) {
		touched.push_back(column);
	}
	column_distance[column] = distance;
	column_parent[column] = row;
	open.emplace(distance, column);
}

void Graph::ForgetPath() {
	for (const uint64_t column : touched) {
		column_distance[column] = UNREACHED;
		is_scanned[column] = false;
	}
	touched.clear();
	scanned.clear();
	open = {};
}

uint64_t Graph::ChosenPair(uint64_t row) const {
	for (uint64_t e = first_edge[row]; e < first_edge[row + 1]; e++) {
		if (edges[e].column == row_column[row]) {
			return edges[e].pair;
		}
	}
	return NONE;
}

} // namespace

bool IdsLess(const AssignmentPair &a, const AssignmentPair &b) {
	return a.left != b.left ? a.left < b.left : a.right < b.right;
}

std::vector<AssignmentPair> OptimalAssignment(const std::vector<AssignmentPair> &pairs) {
	Graph graph(pairs);
	graph.Solve();
	std::vector<AssignmentPair> chosen;
	for (uint64_t row = 0; row < graph.Rows(); row++) {
		const uint64_t pair = graph.ChosenPair(row);
		if (pair != NONE) {
			chosen.push_back(pairs[pair]);
		}
	}
	return chosen;
}

} // namespace ducktopics
