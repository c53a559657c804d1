#pragma once

#include <cstdint>
#include <vector>

namespace ducktopics {

//! Embeddings, each with a weight: the number of rows that it stands for. They lie elsewhere and are not copied.
struct WeightedRows {
	std::vector<const float *> rows;
	std::vector<float> weights;

	uint64_t Count() const {
		return rows.size();
	}
	void Add(const float *row, float weight) {
		rows.push_back(row);
		weights.push_back(weight);
	}
};

} // namespace ducktopics
