#include "nearest_kernel_impl.hpp"

namespace ducktopics {

const NearestKernel &BaselineKernel() {
	static const NearestKernel kernel = Kernel<4, 2, 4>::Table("baseline");
	return kernel;
}

} // namespace ducktopics
