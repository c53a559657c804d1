#include "projection.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>

// BLAS and LAPACK, as libopenblas exports them to Fortran.
extern "C" void sgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
                       const float *alpha, const float *a, const int *lda, const float *b, const int *ldb,
                       const float *beta, float *c, const int *ldc);
extern "C" void sgeqrf_(const int *m, const int *n, float *a, const int *lda, float *tau, float *work, const int *lwork,
                        int *info);
extern "C" void sorgqr_(const int *m, const int *n, const int *k, float *a, const int *lda, const float *tau,
                        float *work, const int *lwork, int *info);
extern "C" void ssyev_(const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w,
                       float *work, const int *lwork, int *info);

namespace ducktopics {

namespace {

constexpr int ROUNDS = 3;

//! c = op(a) op(b) for row-major matrices: c is m x n, op(a) m x k, op(b) k x n.
void Multiply(bool transpose_a, bool transpose_b, int m, int n, int k, const float *a, const float *b, float *c) {
	const float one = 1;
	const float zero = 0;
	const int lda = transpose_a ? m : k;
	const int ldb = transpose_b ? k : n;
	sgemm_(transpose_b ? "T" : "N", transpose_a ? "T" : "N", &n, &m, &k, &one, b, &ldb, a, &lda, &zero, c, &n);
}

//! Makes the rows orthonormal (Householder QR). Rows that depend on others become arbitrary directions.
void Orthonormalise(std::vector<float> &rows, uint32_t count, uint32_t d) {
	const int m = int(d);
	const int n = int(count);
	std::vector<float> tau(count);
	std::vector<float> work(64 * size_t(count));
	const int work_size = int(work.size());
	int failed = 0;
	sgeqrf_(&m, &n, rows.data(), &m, tau.data(), work.data(), &work_size, &failed);
	if (!failed) {
		sorgqr_(&m, &n, &n, rows.data(), &m, tau.data(), work.data(), &work_size, &failed);
	}
	if (failed) {
		throw std::runtime_error("cannot orthonormalise a projection");
	}
}

} // namespace

Projection::Projection(const float *vectors, uint64_t n, uint32_t d, uint32_t largest, double rest)
    : kernel(SelectKernel()), d(d), size(0) {
	largest = std::min({largest, d, uint32_t(std::min<uint64_t>(n, d))});
	FindDirections(vectors, n, largest);
	const double total = std::inner_product(vectors, vectors + n * d, vectors, 0.0);
	double outside = total;
	while (size < largest && outside > rest * total) {
		outside -= energies[size++];
	}
	// Whole groups cost as much as part of one.
	size = std::min(largest, (size + kernel.group_size - 1) / kernel.group_size * kernel.group_size);
	if (outside > rest * total) {
		size = 0;
	}
	basis.resize(uint64_t(size) * d);
	Pack();
}

Projection::Projection() : kernel(SelectKernel()), d(0), size(0) {
}

//! Fills basis and energies with the `largest` leading principal directions.
void Projection::FindDirections(const float *vectors, uint64_t n, uint32_t largest) {
	const int rows = int(largest);
	std::mt19937 random(1);
	std::normal_distribution<float> normal;
	std::vector<float> subspace(uint64_t(largest) * d);
	std::generate(subspace.begin(), subspace.end(), [&]() { return normal(random); });
	std::vector<float> image(n * largest);
	for (int round = 0; round < ROUNDS; round++) {
		Orthonormalise(subspace, largest, d);
		Multiply(false, true, int(n), rows, int(d), vectors, subspace.data(), image.data());
		Multiply(true, false, rows, int(d), int(n), image.data(), vectors, subspace.data());
	}
	Orthonormalise(subspace, largest, d);
	// Within the subspace the directions are the eigenvectors of the images' products (Rayleigh and Ritz).
	Multiply(false, true, int(n), rows, int(d), vectors, subspace.data(), image.data());
	std::vector<float> products(uint64_t(largest) * largest);
	Multiply(true, false, rows, rows, int(n), image.data(), image.data(), products.data());
	energies.resize(largest);
	std::vector<float> work(64 * size_t(largest) + 64);
	const int work_size = int(work.size());
	int failed = 0;
	ssyev_("V", "U", &rows, products.data(), &rows, energies.data(), work.data(), &work_size, &failed);
	if (failed) {
		throw std::runtime_error("cannot find the principal components of the centroids");
	}
	// LAPACK gives them in ascending order, one after the other.
	std::reverse(energies.begin(), energies.end());
	std::vector<float> rotation(products.size());
	for (uint32_t i = 0; i < largest; i++) {
		std::copy_n(products.data() + uint64_t(largest - 1 - i) * largest, largest,
		            rotation.data() + uint64_t(i) * largest);
	}
	basis.resize(subspace.size());
	Multiply(false, false, rows, int(d), rows, rotation.data(), subspace.data(), basis.data());
}

void Projection::Pack() {
	packed.Resize(basis.size());
	zeros.assign(size, 0);
	for (uint32_t first = 0; first < size; first += kernel.group_size) {
		const uint32_t members = std::min(kernel.group_size, size - first);
		float *out = packed.Get() + uint64_t(first) * d;
		for (uint32_t j = 0; j < members; j++) {
			for (uint32_t c = 0; c < d; c++) {
				out[uint64_t(c) * members + j] = basis[uint64_t(first + j) * d + c];
			}
		}
		groups.push_back({out, zeros.data(), members, int32_t(first)});
	}
}

void Projection::ProjectTile(const float *tile, float *target) const {
	alignas(64) float unused[MAX_TILE_ROWS];
	for (const CentroidGroup &group : groups) {
		kernel.scores(tile, d, group, target + uint64_t(group.first) * kernel.tile_rows, unused);
	}
}

void Projection::Project(const float *vectors, uint64_t n, float *target) const {
	Multiply(false, true, int(n), int(size), int(d), vectors, basis.data(), target);
}

} // namespace ducktopics
