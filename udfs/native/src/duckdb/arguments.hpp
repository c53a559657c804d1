#pragma once

#include "api.hpp"
#include "error.hpp"

#include <cstdint>
#include <string>

namespace ducktopics {

//! One BIGINT column of a chunk.
class IntegerColumn {
public:
	explicit IntegerColumn(duckdb_vector vector)
	    : numbers(static_cast<const int64_t *>(duckdb_vector_get_data(vector))),
	      validity(duckdb_vector_get_validity(vector)) {
	}

	bool IsNull(idx_t row) const {
		return !RowIsValid(validity, row);
	}
	int64_t Get(idx_t row) const {
		return numbers[row];
	}
	//! The number, at least `lowest`; throws InvalidInput that names the parameter otherwise.
	uint64_t AtLeast(idx_t row, int64_t lowest, const char *parameter) const {
		if (IsNull(row) || numbers[row] < lowest) {
			throw Expected(std::string(parameter) + " >= " + std::to_string(lowest),
			               IsNull(row) ? "NULL" : std::to_string(numbers[row]));
		}
		return uint64_t(numbers[row]);
	}

private:
	const int64_t *numbers;
	uint64_t *validity;
};

//! One DOUBLE column of a chunk.
class DoubleColumn {
public:
	explicit DoubleColumn(duckdb_vector vector)
	    : numbers(static_cast<const double *>(duckdb_vector_get_data(vector))),
	      validity(duckdb_vector_get_validity(vector)) {
	}

	bool IsNull(idx_t row) const {
		return !RowIsValid(validity, row);
	}
	double Get(idx_t row) const {
		return numbers[row];
	}

private:
	const double *numbers;
	uint64_t *validity;
};

//! One VARCHAR column of a chunk.
class TextColumn {
public:
	explicit TextColumn(duckdb_vector vector)
	    : texts(static_cast<duckdb_string_t *>(duckdb_vector_get_data(vector))),
	      validity(duckdb_vector_get_validity(vector)) {
	}

	bool IsNull(idx_t row) const {
		return !RowIsValid(validity, row);
	}
	std::string Get(idx_t row) const {
		return std::string(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
	}

private:
	duckdb_string_t *texts;
	uint64_t *validity;
};

} // namespace ducktopics
