#include "nearest_kernel_impl.hpp"

namespace ducktopics {

const NearestKernel &Avx2Kernel() {
	static const NearestKernel kernel = Kernel<8, 2, 6>::Table("avx2");
	return kernel;
}

} // namespace ducktopics
