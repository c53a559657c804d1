-- A random number in [0, 1] that belongs to a block of rows and a seed. Hashed twice: the first hash only adds the seed.
CREATE OR REPLACE TEMP MACRO _block_share(block, seed) AS
  hash(hash(block, seed))::DOUBLE / 18446744073709551616.0;
