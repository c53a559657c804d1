#include "projection.hpp"

#include <algorithm>
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

Projection::Projection(const float *vectors, uint64_t n, uint32_t d, uint32_t wanted)
    : kernel(SelectKernel()), d(d), size(std::min(wanted, d)), basis(uint64_t(size) * d), packed(uint64_t(size) * d),
      zeros(size, 0) {
	std::mt19937 random(1);
	std::normal_distribution<float> normal;
	std::generate(basis.begin(), basis.end(), [&]() { return normal(random); });
	std::vector<float> image(n * size);
	for (int round = 0; round < ROUNDS; round++) {
		Orthonormalise(basis, size, d);
		Multiply(false, true, int(n), int(size), int(d), vectors, basis.data(), image.data());
		Multiply(true, false, int(size), int(d), int(n), image.data(), vectors, basis.data());
	}
	Orthonormalise(basis, size, d);
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
