#pragma once

#include "stored_vectors.hpp"

namespace ducktopics {

//! Reads the header of a NumPy file (versions 1.0 to 3.0; numpy.lib.format describes them) and compares the file's size
//! with it. Throws InvalidInput unless the file holds a matrix in C order of <f4, <f8 or <f2.
StoredVectors ReadNpyHeader(const InputFile &file);

} // namespace ducktopics
