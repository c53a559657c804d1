#include "nearest_kernel.hpp"
#include "quantized_kernel.hpp"

#include <cstdlib>
#include <cstring>

namespace ducktopics {

namespace {

const NearestKernel &Select() {
	const char *forced = std::getenv("DUCKTOPICS_KERNEL");
	if (forced && std::strcmp(forced, "baseline") == 0) {
		return BaselineKernel();
	}
#if defined(__x86_64__)
	__builtin_cpu_init();
	const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
	const bool avx512 = avx2 && __builtin_cpu_supports("avx512f");
	if (avx512 && !(forced && std::strcmp(forced, "avx2") == 0)) {
		return Avx512Kernel();
	}
	if (avx2) {
		return Avx2Kernel();
	}
#endif
	return BaselineKernel();
}

const QuantizedKernel *SelectQuantized() {
#if defined(__x86_64__)
	const char *forced = std::getenv("DUCKTOPICS_KERNEL");
	const bool lesser = forced && (std::strcmp(forced, "baseline") == 0 || std::strcmp(forced, "avx2") == 0 ||
	                               std::strcmp(forced, "avx512") == 0);
	__builtin_cpu_init();
	if (!lesser && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
	    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni")) {
		return &Avx512VnniKernel();
	}
#endif
	return nullptr;
}

} // namespace

const QuantizedKernel *SelectQuantizedKernel() {
	static const QuantizedKernel *const kernel = SelectQuantized();
	return kernel;
}

const NearestKernel &SelectKernel() {
	static const NearestKernel &kernel = Select();
	return kernel;
}

} // namespace ducktopics
