-- A generation nobody else has had.
-- ARGV  1 where generations begin, epoch seconds  2 seconds of each
return takeGeneration(ARGV[1], ARGV[2])
