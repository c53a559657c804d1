#pragma once

#include "normal.hpp"

#include <vector>

namespace ducktopics {

//! Points around random centres. A row of the mixture depends on the seed and the row's number alone.
//!
//! Component c of a centre is a normal number times `Spread`; a row is its centre plus a standard normal number in
//! every component, so the squared distance of a row to its centre is d on average. Cluster j (0-based) has a weight in
//! proportion to 1 / sqrt(j + 1).
class GaussianMixture {
public:
	GaussianMixture(uint64_t clusters, uint64_t d, uint64_t seed);

	//! Writes the d components of a row.
	void Row(uint64_t id, float *target) const;

private:
	uint64_t ClusterOf(uint64_t word) const;

	const uint64_t d;
	const uint64_t seed;
	std::vector<float> centres;
	//! The weight of the clusters up to each one, the last being 1.
	std::vector<double> cumulative;
};

} // namespace ducktopics
