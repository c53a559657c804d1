#include "gaussian_mixture.hpp"

#include <algorithm>
#include <cmath>

namespace ducktopics {

namespace {

//! Two centres lie this many standard deviations of the noise apart: rows of neighbours seldom touch, and yet k-means
//! needs good starting points to find all of them.
constexpr double SEPARATION = 8;

//! The streams of the centres; those of the rows are the numbers from 0 on.
constexpr uint64_t CENTRE_STREAMS = 1ULL << 63;

//! The standard deviation of the centres in each component. Two random centres are sqrt(2 d) of these apart; the more
//! centres and the fewer dimensions, the nearer the nearest two come, for which the last factor makes up.
double Spread(uint64_t clusters, uint64_t d) {
	return SEPARATION / std::sqrt(2.0 * double(d)) * std::pow(double(clusters), 1.0 / double(d));
}

} // namespace

GaussianMixture::GaussianMixture(uint64_t clusters, uint64_t d, uint64_t seed)
    : d(d), seed(seed), centres(clusters * d), cumulative(clusters) {
	const Ziggurat &ziggurat = Ziggurat::Instance();
	const double spread = Spread(clusters, d);
	double total = 0;
	for (uint64_t j = 0; j < clusters; j++) {
		const RandomStream stream(seed, CENTRE_STREAMS + j);
		for (uint64_t c = 0; c < d; c++) {
			centres[j * d + c] = float(spread * ziggurat.Normal(stream.Word(c)));
		}
		total += 1 / std::sqrt(double(j) + 1);
		cumulative[j] = total;
	}
	for (double &weight : cumulative) {
		weight /= total;
	}
}

uint64_t GaussianMixture::ClusterOf(uint64_t word) const {
	const auto found = std::upper_bound(cumulative.begin(), cumulative.end() - 1, OpenUniform(word));
	return uint64_t(found - cumulative.begin());
}

void GaussianMixture::Row(uint64_t id, float *target) const {
	const Ziggurat &ziggurat = Ziggurat::Instance();
	const RandomStream stream(seed, id);
	const float *centre = centres.data() + ClusterOf(stream.Word(d)) * d;
	for (uint64_t c = 0; c < d; c++) {
		target[c] = centre[c] + ziggurat.Normal(stream.Word(c));
	}
}

} // namespace ducktopics
