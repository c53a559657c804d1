#include "number_reader.hpp"

#include <cmath>

namespace ducktopics {

namespace {

template <class T>
void Convert(const void *source, idx_t count, double divisor, float *target) {
	const T *numbers = static_cast<const T *>(source);
	if (divisor == 1) {
		for (idx_t i = 0; i < count; i++) {
			target[i] = float(numbers[i]);
		}
		return;
	}
	for (idx_t i = 0; i < count; i++) {
		target[i] = float(double(numbers[i]) / divisor);
	}
}

void ConvertHugeint(const void *source, idx_t count, double divisor, float *target) {
	const duckdb_hugeint *numbers = static_cast<const duckdb_hugeint *>(source);
	for (idx_t i = 0; i < count; i++) {
		const unsigned __int128 bits = (static_cast<unsigned __int128>(numbers[i].upper) << 64) | numbers[i].lower;
		target[i] = float(double(static_cast<__int128>(bits)) / divisor);
	}
}

void ConvertNumbers(duckdb_type id, const void *source, idx_t count, double divisor, float *target) {
	switch (id) {
	case DUCKDB_TYPE_DOUBLE:
		return Convert<double>(source, count, divisor, target);
	case DUCKDB_TYPE_TINYINT:
		return Convert<int8_t>(source, count, divisor, target);
	case DUCKDB_TYPE_SMALLINT:
		return Convert<int16_t>(source, count, divisor, target);
	case DUCKDB_TYPE_INTEGER:
		return Convert<int32_t>(source, count, divisor, target);
	case DUCKDB_TYPE_BIGINT:
		return Convert<int64_t>(source, count, divisor, target);
	default:
		return ConvertHugeint(source, count, divisor, target);
	}
}

} // namespace

bool NumberReader::Takes(const LogicalType &type) {
	switch (type.Id()) {
	case DUCKDB_TYPE_FLOAT:
	case DUCKDB_TYPE_DOUBLE:
	case DUCKDB_TYPE_DECIMAL:
	case DUCKDB_TYPE_TINYINT:
	case DUCKDB_TYPE_SMALLINT:
	case DUCKDB_TYPE_INTEGER:
	case DUCKDB_TYPE_BIGINT:
		return true;
	default:
		return false;
	}
}

NumberReader::NumberReader(duckdb_vector vector, const LogicalType &type, idx_t count)
    : data(nullptr), validity(duckdb_vector_get_validity(vector)) {
	const void *source = duckdb_vector_get_data(vector);
	duckdb_type id = type.Id();
	if (id == DUCKDB_TYPE_FLOAT) {
		data = static_cast<const float *>(source);
		return;
	}
	double divisor = 1;
	if (id == DUCKDB_TYPE_DECIMAL) {
		divisor = std::pow(10.0, duckdb_decimal_scale(type.Get()));
		id = duckdb_decimal_internal_type(type.Get());
	}
	converted.reset(new float[count]);
	data = converted.get();
	ConvertNumbers(id, source, count, divisor, converted.get());
}

} // namespace ducktopics
