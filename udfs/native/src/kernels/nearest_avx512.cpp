#include "nearest_kernel_impl.hpp"

namespace ducktopics {

const NearestKernel &Avx512Kernel() {
	static const NearestKernel kernel = Kernel<16, 2, 12>::Table("avx512");
	return kernel;
}

} // namespace ducktopics
