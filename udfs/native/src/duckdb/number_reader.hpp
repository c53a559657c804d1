#pragma once

#include "api.hpp"

#include <memory>
#include <vector>

namespace ducktopics {

//! The numbers of a flat vector, as FLOAT: in place where the vector holds FLOAT, converted otherwise.
//! Takes FLOAT, DOUBLE, the integer types up to BIGINT, and DECIMAL (what `[1.5, 2.5]` is in SQL).
class NumberReader {
public:
	static bool Takes(const LogicalType &type);

	//! Reads `count` numbers of a vector whose type `Takes` accepts. The vector must outlive the reader.
	NumberReader(duckdb_vector vector, const LogicalType &type, idx_t count);

	const float *Data() const {
		return data;
	}
	bool IsNull(idx_t position) const {
		return !RowIsValid(validity, position);
	}
	bool MayHaveNulls() const {
		return validity != nullptr;
	}

private:
	const float *data;
	uint64_t *validity;
	std::unique_ptr<float[]> converted;
};

} // namespace ducktopics
