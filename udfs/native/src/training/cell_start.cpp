#include "cell_start.hpp"

#include "../kernels/centroid_set.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace ducktopics {

namespace {

//! Embeddings for each centroid that the draw looks at, and that the cells' own iterations use.
constexpr uint64_t DRAWN_FROM = 16;
constexpr uint64_t ITERATED_OVER = 64;
constexpr uint64_t COARSE_ITERATIONS = 3;
constexpr uint64_t CELL_ITERATIONS = 5;
//! Cells in which a new centroid lowers distances. With 1 tight clusters that a border cuts were drawn twice.
constexpr uint64_t REACH = 4;
constexpr uint64_t CANDIDATES = 4;
//! From here on they cost more than better starts save: one candidate.
constexpr uint64_t ONE_CANDIDATE = 2000;
//! The means are taken below this part of the draw's objective: it is 0.6 to 0.85 where clusters overlap.
constexpr double OVERLAP = 0.9;
constexpr uint64_t ROWS_PER_PIECE = 1024;

//! index[i] = the nearest of the centroids for n rows.
void NearestOf(const CentroidSet &centroids, const float *const *rows, uint64_t n, int32_t *index) {
	ParallelFor(n, ROWS_PER_PIECE,
	            [&](uint64_t begin, uint64_t end) { centroids.Nearest(rows + begin, end - begin, index + begin); });
}

class CellStart {
public:
	CellStart(const WeightedRows &embeddings, const FixedPoint &unit, uint32_t d, uint64_t k, uint64_t seed)
	    : kernel(SelectKernel()), rows(embeddings.rows.data()), weights(embeddings.weights.data()),
	      n(std::min(embeddings.Count(), ITERATED_OVER * k)), drawable(std::min(n, DRAWN_FROM * k)), d(d), k(k),
	      cell_count(uint64_t(2 * std::sqrt(double(k)))), unit(unit), random(seed) {
	}

	std::vector<float> Run() {
		MakeCells();
		SortDrawable();
		const double drawn = Draw();
		const double iterated = IterateInCells();
		std::vector<float> centroids;
		centroids.reserve(k * d);
		for (const std::vector<float> &of_cell : iterated < OVERLAP * drawn ? means : draws) {
			centroids.insert(centroids.end(), of_cell.begin(), of_cell.end());
		}
		return centroids;
	}

private:
	//! What one candidate would make of the cells in its reach.
	struct Candidate {
		uint64_t place;
		std::vector<uint64_t> cells;
		std::vector<float> distances;
		std::vector<double> potentials;
		double gain;
	};

	void MakeCells();
	void SortDrawable();
	double Draw();
	void Propose(Candidate &candidate);
	uint64_t DrawPlace();
	double IterateInCells();

	const NearestKernel &kernel;
	const float *const *rows;
	const float *weights;
	const uint64_t n;
	//! The first of the n embeddings, from which centroids are drawn.
	const uint64_t drawable;
	const uint32_t d;
	const uint64_t k;
	const uint64_t cell_count;
	const FixedPoint unit;
	std::mt19937_64 random;
	std::vector<float> centres;
	//! The cell of each embedding.
	std::vector<int32_t> cells;

	// The embeddings to draw from, cell by cell: where each cell begins, components, weights, squared distances to the
	// nearest centroid so far, whether it is one; and the sum of weight times distance of each cell.
	std::vector<uint64_t> starts;
	std::vector<float> sorted;
	std::vector<float> sorted_weights;
	std::vector<float> distances;
	std::vector<bool> taken;
	std::vector<double> potentials;

	//! The centroids of each cell: as drawn, and after the cell's own iterations.
	std::vector<std::vector<float>> draws;
	std::vector<std::vector<float>> means;
};

//! Coarse k-means over the embeddings to draw from; the first ones start, since they are in random order.
void CellStart::MakeCells() {
	for (uint64_t g = 0; g < cell_count; g++) {
		centres.insert(centres.end(), rows[g], rows[g] + d);
	}
	cells.resize(drawable);
	ClusterSums sums(cell_count, d, unit);
	for (uint64_t i = 0; i < COARSE_ITERATIONS; i++) {
		NearestOf(CentroidSet(centres.data(), cell_count, d), rows, drawable, cells.data());
		sums.Add(rows, weights, cells.data(), drawable);
		sums.MoveToMeans(centres.data());
	}
	cells.resize(n);
	NearestOf(CentroidSet(centres.data(), cell_count, d), rows, n, cells.data());
}

void CellStart::SortDrawable() {
	starts.assign(cell_count + 1, 0);
	for (uint64_t i = 0; i < drawable; i++) {
		starts[size_t(cells[i]) + 1]++;
	}
	std::partial_sum(starts.begin(), starts.end(), starts.begin());
	sorted.resize(drawable * d);
	sorted_weights.resize(drawable);
	std::vector<uint64_t> next(starts.begin(), starts.end() - 1);
	for (uint64_t i = 0; i < drawable; i++) {
		const uint64_t place = next[size_t(cells[i])]++;
		std::copy_n(rows[i], d, sorted.data() + place * d);
		sorted_weights[place] = weights[i];
	}
}

//! Draws the centroids into their cells, and returns the weighted sum of distances to them (of what is within reach).
double CellStart::Draw() {
	distances.resize(drawable);
	taken.assign(drawable, false);
	draws.assign(cell_count, {});
	potentials.assign(cell_count, 0);
	// The first one is an embedding like any other; all distances are to it.
	const float *first = rows[0];
	for (uint64_t g = 0; g < cell_count; g++) {
		for (uint64_t i = starts[g]; i < starts[g + 1]; i++) {
			distances[i] = kernel.squared_distance(sorted.data() + i * d, first, d);
			potentials[g] += double(distances[i]) * sorted_weights[i];
		}
	}
	// It is the first of its cell, since sorting keeps the order.
	taken[starts[size_t(cells[0])]] = true;
	draws[size_t(cells[0])].assign(first, first + d);
	std::vector<Candidate> candidates(k < ONE_CANDIDATE ? CANDIDATES : 1);
	for (uint64_t j = 1; j < k; j++) {
		for (Candidate &candidate : candidates) {
			candidate.place = DrawPlace();
			Propose(candidate);
		}
		const Candidate &best = *std::max_element(candidates.begin(), candidates.end(),
		                                          [](const auto &a, const auto &b) { return a.gain < b.gain; });
		const float *distance = best.distances.data();
		for (size_t r = 0; r < best.cells.size(); r++) {
			const uint64_t g = best.cells[r];
			const uint64_t size = starts[g + 1] - starts[g];
			std::copy_n(distance, size, distances.data() + starts[g]);
			potentials[g] = best.potentials[r];
			distance += size;
		}
		taken[best.place] = true;
		const uint64_t own = uint64_t(std::upper_bound(starts.begin(), starts.end(), best.place) - starts.begin()) - 1;
		const float *centroid = sorted.data() + best.place * d;
		draws[own].insert(draws[own].end(), centroid, centroid + d);
	}
	return std::accumulate(potentials.begin(), potentials.end(), 0.0) / double(drawable);
}

//! An embedding that is none yet, with probability proportional to weight times distance.
uint64_t CellStart::DrawPlace() {
	double left = double(random() >> 11) * 0x1p-53 * std::accumulate(potentials.begin(), potentials.end(), 0.0);
	uint64_t cell = 0;
	for (uint64_t g = 0; g < cell_count; g++) {
		if (potentials[g] <= 0) {
			continue;
		}
		cell = g;
		if (left < potentials[g]) {
			break;
		}
		left -= potentials[g];
	}
	uint64_t place = starts[cell] < drawable ? starts[cell] : 0;
	for (uint64_t i = starts[cell]; i < starts[cell + 1]; i++) {
		const double potential = double(distances[i]) * sorted_weights[i];
		if (potential <= 0) {
			continue;
		}
		place = i;
		left -= potential;
		if (left < 0) {
			break;
		}
	}
	// Where all that is left coincides with a centroid in single precision, take what is not taken.
	while (taken[place]) {
		place = (place + 1) % drawable;
	}
	return place;
}

void CellStart::Propose(Candidate &candidate) {
	const float *centroid = sorted.data() + candidate.place * d;
	std::vector<std::pair<float, uint64_t>> nearest(cell_count);
	for (uint64_t g = 0; g < cell_count; g++) {
		nearest[g] = {kernel.squared_distance(centres.data() + g * d, centroid, d), g};
	}
	const uint64_t reach = std::min(REACH, cell_count);
	std::partial_sort(nearest.begin(), nearest.begin() + int64_t(reach), nearest.end());
	candidate.cells.clear();
	candidate.distances.clear();
	candidate.potentials.clear();
	candidate.gain = 0;
	for (uint64_t r = 0; r < reach; r++) {
		const uint64_t g = nearest[r].second;
		double potential = 0;
		for (uint64_t i = starts[g]; i < starts[g + 1]; i++) {
			const float distance = std::min(distances[i], kernel.squared_distance(sorted.data() + i * d, centroid, d));
			candidate.distances.push_back(distance);
			potential += double(distance) * sorted_weights[i];
		}
		candidate.cells.push_back(g);
		candidate.potentials.push_back(potential);
		candidate.gain += potentials[g] - potential;
	}
}

//! Runs each cell's own iterations from its draws, and returns the mean weighted distance within the cells.
double CellStart::IterateInCells() {
	std::vector<WeightedRows> of_cells(cell_count);
	for (uint64_t i = 0; i < n; i++) {
		of_cells[size_t(cells[i])].Add(rows[i], weights[i]);
	}
	means = draws;
	std::vector<double> objectives(cell_count);
	ParallelFor(cell_count, 1, [&](uint64_t g, uint64_t) {
		if (means[g].empty()) {
			// Its embeddings lie near centroids of other cells.
			return;
		}
		const WeightedRows &own = of_cells[g];
		std::vector<int32_t> index(own.Count());
		ClusterSums sums(means[g].size() / d, d, unit);
		for (uint64_t i = 0; i <= CELL_ITERATIONS; i++) {
			const CentroidSet set(means[g].data(), means[g].size() / d, d);
			set.Nearest(own.rows.data(), own.Count(), index.data());
			if (i < CELL_ITERATIONS) {
				sums.Add(own.rows.data(), own.weights.data(), index.data(), own.Count());
				sums.MoveToMeans(means[g].data());
				continue;
			}
			for (size_t row = 0; row < own.Count(); row++) {
				objectives[g] += double(own.weights[row]) * set.SquaredDistance(own.rows[row], index[row]);
			}
		}
	});
	return std::accumulate(objectives.begin(), objectives.end(), 0.0) / double(n);
}

} // namespace

std::vector<float> StartFromCells(const WeightedRows &embeddings, const FixedPoint &unit, uint32_t d, uint64_t k,
                                  uint64_t seed) {
	return CellStart(embeddings, unit, d, k, seed).Run();
}

} // namespace ducktopics
