"""Is it the data? One file per question asked of it: a log as it would be with something taken away or added."""
