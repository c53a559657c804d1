#include "projected_bounds.hpp"

#include "centroid_set.hpp"

#include <algorithm>
#include <cmath>

namespace ducktopics {

ProjectedBounds::ProjectedBounds(const CentroidSet &set, std::shared_ptr<const Projection> given)
    : set(set), kernel(SelectKernel()), projection(std::move(given)), short_d(projection->Size() + 1), zeros(short_d) {
	const uint64_t k = set.Count();
	const uint32_t d = set.Dimensions();
	const uint32_t directions = projection->Size();
	// The components of a projection are off like scores, and their errors may add up over its directions.
	margin_factor = 1 + std::sqrt(float(directions));
	const std::vector<float> centred = set.Centred();
	std::vector<float> projected(k * directions);
	projection->Project(centred.data(), k, projected.data());
	std::vector<float> short_vectors(k * short_d);
	for (uint64_t j = 0; j < k; j++) {
		const float *components = projected.data() + j * directions;
		std::copy_n(components, directions, short_vectors.data() + j * short_d);
		const float rest = set.SquaredNorms()[j] - kernel.squared_norm(components, directions);
		short_vectors[j * short_d + directions] = std::sqrt(std::max(0.0f, rest));
	}
	const QuantizedKernel *bytes = SelectQuantizedKernel();
	if (bytes && QuantizedBounds::Fits(set.LargestNorm(), d) && bytes->tile_rows == kernel.tile_rows) {
		quantized.reset(
		    new QuantizedBounds(*bytes, short_vectors.data(), set.SquaredNorms(), k, short_d, zeros.data()));
		groups = quantized->Groups();
		margin_factor += quantized->MarginFactor();
	} else {
		PackFloats(short_vectors.data());
	}
}

void ProjectedBounds::PackFloats(const float *short_vectors) {
	packed.Resize(set.Count() * short_d);
	for (const CentroidGroup &group : set.Groups()) {
		float *out = packed.Get() + uint64_t(group.first) * short_d;
		for (uint32_t j = 0; j < group.size; j++) {
			const float *vector = short_vectors + (uint64_t(group.first) + j) * short_d;
			for (uint32_t c = 0; c < short_d; c++) {
				out[uint64_t(c) * group.size + j] = -2 * vector[c];
			}
		}
		packed_groups.push_back({out, group.norms, group.size, group.first});
		groups.push_back({group.first, group.size});
	}
}

//! Packs and projects a tile of rows; what is left of each becomes its last short component.
void ProjectedBounds::ProjectTile(const float *const *rows, uint32_t count, float *squared_norms,
                                  BoundedRows &bounded) const {
	const uint32_t d = set.Dimensions();
	const uint32_t tile_rows = kernel.tile_rows;
	bounded.components.Resize(uint64_t(d) * tile_rows);
	bounded.short_components.Resize(uint64_t(short_d) * tile_rows);
	kernel.pack_tile(rows, count, d, set.Origin(), bounded.components.Get(), squared_norms);
	projection->ProjectTile(bounded.components.Get(), bounded.short_components.Get());
	float projected[MAX_TILE_ROWS] = {};
	for (uint32_t c = 0; c + 1 < short_d; c++) {
		for (uint32_t r = 0; r < tile_rows; r++) {
			const float component = bounded.short_components.Get()[uint64_t(c) * tile_rows + r];
			projected[r] += component * component;
		}
	}
	float *rest = bounded.short_components.Get() + uint64_t(short_d - 1) * tile_rows;
	for (uint32_t r = 0; r < tile_rows; r++) {
		rest[r] = std::sqrt(std::max(0.0f, squared_norms[r] - projected[r]));
	}
}

void ProjectedBounds::Bound(const float *const *rows, uint64_t n, bool, BoundedRows &bounded) const {
	const uint32_t tile_rows = kernel.tile_rows;
	const uint64_t padded = (n + tile_rows - 1) / tile_rows * tile_rows;
	bounded.squared_norms.Resize(padded);
	if (!quantized) {
		ProjectTile(rows, uint32_t(n), bounded.squared_norms.Get(), bounded);
		bounded.bounds.Resize(set.Count() * tile_rows);
		bounded.lowest.Resize(groups.size() * tile_rows);
		for (size_t g = 0; g < groups.size(); g++) {
			kernel.scores(bounded.short_components.Get(), short_d, packed_groups[g],
			              bounded.bounds.Get() + uint64_t(groups[g].first) * tile_rows,
			              bounded.lowest.Get() + g * tile_rows);
		}
		return;
	}
	// `bounds` holds the short rows here, one after the other.
	bounded.bounds.Resize(padded * short_d);
	std::vector<const float *> short_rows(n);
	std::vector<float> squared_norms(padded);
	for (uint64_t first = 0; first < n; first += tile_rows) {
		const uint32_t count = uint32_t(std::min<uint64_t>(tile_rows, n - first));
		ProjectTile(rows + first, count, squared_norms.data() + first, bounded);
		for (uint32_t r = 0; r < count; r++) {
			float *short_row = bounded.bounds.Get() + (first + r) * short_d;
			short_rows[first + r] = short_row;
			for (uint32_t c = 0; c < short_d; c++) {
				short_row[c] = bounded.short_components.Get()[uint64_t(c) * tile_rows + r];
			}
		}
	}
	quantized->Bound(short_rows.data(), n, false, bounded);
	std::copy_n(squared_norms.data(), n, bounded.squared_norms.Get());
}

void ProjectedBounds::GroupBounds(const BoundedRows &bounded, uint64_t row, size_t g, float *bounds) const {
	if (quantized) {
		quantized->GroupBounds(bounded, row, g, bounds);
		return;
	}
	const float *stored = bounded.bounds.Get() + uint64_t(groups[g].first) * kernel.tile_rows + row;
	for (uint32_t j = 0; j < groups[g].size; j++) {
		bounds[j] = stored[j * kernel.tile_rows];
	}
}

bool ProjectedBounds::Settle(const BoundedRows &bounded, uint64_t row, size_t g, float, float, float *bounds,
                             uint32_t *best) const {
	GroupBounds(bounded, row, g, bounds);
	*best = uint32_t(std::min_element(bounds, bounds + groups[g].size) - bounds);
	// How far a score may lie above its bound is not known.
	return false;
}

double ProjectedBounds::RowWork() const {
	const double projecting = double(projection->Size()) * set.Dimensions();
	return projecting + (quantized ? quantized->RowWork() : (short_d + 4.0) * double(set.Count()));
}

} // namespace ducktopics
