// The extension's own nearest-centroid kernel as a Node.js addon, for the `udf` comparison: what a JavaScript function could
// call at best. `prepare(centroids, k, d)` packs centroids; `nearest(prepared, rows, count, index)` searches on all threads.

#include "kernels/centroid_set.hpp"

#include <node_api.h>

#include <stdexcept>
#include <vector>

namespace {

void Check(napi_status status) {
	if (status != napi_ok) {
		throw std::runtime_error("invalid argument");
	}
}

//! The memory of a typed array and its number of elements.
template <class T>
T *Elements(napi_env env, napi_value value, napi_typedarray_type type, size_t &length) {
	napi_typedarray_type actual;
	void *data = nullptr;
	Check(napi_get_typedarray_info(env, value, &actual, &length, &data, nullptr, nullptr));
	if (actual != type) {
		throw std::runtime_error("invalid type of array");
	}
	return static_cast<T *>(data);
}

template <size_t COUNT>
void Arguments(napi_env env, napi_callback_info info, napi_value (&values)[COUNT]) {
	size_t count = COUNT;
	Check(napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
	if (count != COUNT) {
		throw std::runtime_error("missing argument");
	}
}

uint32_t Number(napi_env env, napi_value value) {
	uint32_t number = 0;
	Check(napi_get_value_uint32(env, value, &number));
	return number;
}

napi_value Prepare(napi_env env, napi_callback_info info) {
	napi_value arguments[3];
	Arguments(env, info, arguments);
	size_t length = 0;
	const float *centroids = Elements<float>(env, arguments[0], napi_float32_array, length);
	const uint32_t k = Number(env, arguments[1]);
	const uint32_t d = Number(env, arguments[2]);
	if (length != size_t(k) * d) {
		throw std::runtime_error("invalid number of centroids");
	}
	napi_value result = nullptr;
	const auto destroy = [](napi_env, void *data, void *) { delete static_cast<ducktopics::CentroidSet *>(data); };
	Check(napi_create_external(env, new ducktopics::CentroidSet(centroids, k, d), destroy, nullptr, &result));
	return result;
}

napi_value Nearest(napi_env env, napi_callback_info info) {
	napi_value arguments[4];
	Arguments(env, info, arguments);
	void *prepared = nullptr;
	Check(napi_get_value_external(env, arguments[0], &prepared));
	const auto &set = *static_cast<const ducktopics::CentroidSet *>(prepared);
	size_t numbers = 0;
	size_t places = 0;
	const float *rows = Elements<float>(env, arguments[1], napi_float32_array, numbers);
	const uint32_t count = Number(env, arguments[2]);
	int32_t *index = Elements<int32_t>(env, arguments[3], napi_int32_array, places);
	if (numbers < size_t(count) * set.Dimensions() || places < count) {
		throw std::runtime_error("invalid number of rows");
	}
	std::vector<const float *> pointers(count);
	for (uint32_t i = 0; i < count; i++) {
		pointers[i] = rows + size_t(i) * set.Dimensions();
	}
	constexpr uint32_t PIECE = 256;
#pragma omp parallel for schedule(dynamic)
	for (uint32_t begin = 0; begin < count; begin += PIECE) {
		const uint32_t rest = count - begin;
		set.Nearest(pointers.data() + begin, rest < PIECE ? rest : PIECE, index + begin);
	}
	return nullptr;
}

//! A callback whose C++ exceptions become JavaScript's.
template <napi_value (*CALLBACK)(napi_env, napi_callback_info)>
napi_value Guarded(napi_env env, napi_callback_info info) {
	try {
		return CALLBACK(env, info);
	} catch (const std::exception &error) {
		napi_throw_error(env, nullptr, error.what());
		return nullptr;
	}
}

void Export(napi_env env, napi_value exports, const char *name, napi_callback callback) {
	napi_value function = nullptr;
	napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
	napi_set_named_property(env, exports, name, function);
}

} // namespace

NAPI_MODULE_INIT() {
	Export(env, exports, "prepare", Guarded<Prepare>);
	Export(env, exports, "nearest", Guarded<Nearest>);
	return exports;
}
